package bookapp_test

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/host"
)

// BenchmarkRound is one round of an advance over four services: all clocks move
// to an instant at which one service has a deadline.
func BenchmarkRound(b *testing.B) {
	hosts := make([]*host.Host, 3)
	var more []func(*rig)
	for i, name := range []string{"sla", "compliance", "token"} {
		more = append(more, follower(b, name, host.Parts{Deadlines: deadline.Registry{"tick": settle}}, &hosts[i]))
	}
	r := newRig(b, more...)
	r.sandbox(b, "2024-01-10")
	start := pbTime("2024-01-10")
	for i := range b.N {
		set(b, hosts[i%3], fmt.Sprintf("tick/%d", i), "tick", start.Add(time.Duration(i+1)*time.Minute), 2)
	}
	target := timestamppb.New(start.Add(time.Duration(b.N+1) * time.Minute))
	b.ResetTimer()
	op := must[*longrunningpb.Operation](b)(r.registry.AdvanceClock(r.operator, &contractv1.AdvanceClockRequest{Name: acme + "/clock", TargetTime: target}))
	b.StopTimer()
	if !op.GetDone() || op.GetError() != nil {
		b.Fatal(op)
	}
}
