package host_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	internalv1 "cloudpact.dev/gen/go/cloudpact/internalapi/v1"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/host/hosttest"
)

// BenchmarkAdvance is one round of an advance of the clock over four services
// that read each other's feeds: everybody catches up until nothing moves, then
// the first deadline runs and publishes a change.
func BenchmarkAdvance(b *testing.B) {
	p := hosttest.New(b)
	names := []string{"a", "b", "c", "d"}
	hosts := map[string]*host.Host{}
	act := func(_ context.Context, tx *commit.Tx, d deadline.Deadline) error {
		tx.Publish(feed.Draft{Type: "acted", Subject: d.Name, Body: "x"})
		d.Due = d.Due.Add(time.Hour)
		return tx.SetDeadline(d)
	}
	for _, n := range names {
		h := p.Host(b, db.Config{Driver: "sqlite", DSN: b.TempDir() + "/x.db"}, host.Spec{Name: n, Migrations: schema})
		parts := host.Parts{Deadlines: deadline.Registry{"k": act}}
		for _, other := range names {
			parts.Consumers = append(parts.Consumers, feed.Consumer{
				Name: "from-" + other, Source: other, Types: []string{"acted"},
				Handle: func(ctx context.Context, tx *commit.Tx, c feed.Change) error { return note(ctx, tx, c.ID) },
			})
		}
		hosttest.Register(b, h, parts)
		hosts[n] = h
	}
	p.Start(b)
	ctx := b.Context()
	peers := map[string]internalv1.PeerServiceClient{}
	for _, n := range names {
		peers[n] = internalv1.NewPeerServiceClient(p.Env.Directory.Peer(n))
		if _, err := peers[n].SetClock(ctx, &internalv1.SetClockRequest{Provider: "p", Now: timestamppb.New(epoch), Operation: "op"}); err != nil {
			b.Fatal(err)
		}
	}
	err := commit.Exec(commit.Internal(ctx), hosts["a"].Commit, acme, func(_ context.Context, tx *commit.Tx) error {
		return tx.SetDeadline(deadline.Deadline{Name: "d", Kind: "k", Due: epoch.Add(time.Hour), Rank: 4})
	})
	if err != nil {
		b.Fatal(err)
	}
	until := timestamppb.New(epoch.Add(1 << 40 * time.Microsecond))
	for b.Loop() {
		round(b, ctx, names, peers, until)
	}
}

func round(b *testing.B, ctx context.Context, names []string, peers map[string]internalv1.PeerServiceClient, until *timestamppb.Timestamp) {
	heads := map[string]*internalv1.Heads{}
	var due *internalv1.CatchUpResponse
	for last := ""; ; {
		due = nil
		for _, n := range names {
			in := &internalv1.CatchUpRequest{Provider: "p", Until: until}
			for _, h := range heads {
				in.Sources = append(in.Sources, h)
			}
			out, err := peers[n].CatchUp(ctx, in)
			if err != nil {
				b.Fatal(err)
			}
			heads[n] = out.GetHeads()
			if out.GetHasDue() {
				due = out
			}
		}
		now := ""
		for _, n := range names {
			now += fmt.Sprint(heads[n].GetPositions())
		}
		if now == last {
			break
		}
		last = now
	}
	for _, n := range names {
		if _, err := peers[n].RunDue(ctx, &internalv1.RunDueRequest{Provider: "p", DueTime: due.GetDueTime(), Rank: due.GetDueRank()}); err != nil {
			b.Fatal(err)
		}
	}
}
