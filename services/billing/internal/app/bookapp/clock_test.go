package bookapp_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/host/hosttest"
)

// follower is another service of the process: it follows billing and has
// deadlines of its own.
func follower(t testing.TB, name string, parts host.Parts, keep **host.Host) func(*rig) {
	return func(r *rig) {
		h := r.Host(t, dbtest.SQLiteConfig(t), host.Spec{Name: name, Clock: host.AskClock(r.Env.Directory.Peer("billing"))})
		hosttest.Register(t, h, parts)
		*keep = h
	}
}

func set(t testing.TB, h *host.Host, name, kind string, due time.Time, rank int) {
	t.Helper()
	k := commit.Key{Provider: "acme", Customer: "blue"}
	err := commit.Exec(t.Context(), h.Commit, k, func(_ context.Context, tx *commit.Tx) error {
		return tx.SetDeadline(commit.Deadline{Name: name, Kind: kind, Subject: "x", Due: due, Rank: rank})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func settle(_ context.Context, tx *commit.Tx, d commit.Deadline) error {
	return tx.SettleDeadline(d.Name, commit.Missed)
}

// TestAdvanceMovesAll: a deadline of another service acts at its instant, and
// all clocks end where they were sent.
func TestAdvanceMovesAll(t *testing.T) {
	var token *host.Host
	seen := time.Time{}
	r := newRig(t, follower(t, "token", host.Parts{
		Consumers: []feed.Consumer{{Name: "book", Source: "billing", Types: []string{"customer_created"}, Handle: func(_ context.Context, tx *commit.Tx, _ feed.Change) error {
			return tx.SetDeadline(commit.Deadline{Name: "greet", Kind: "greet", Subject: "x", Due: pbTime("2024-01-15"), Rank: 6})
		}}},
		Deadlines: deadline.Registry{"greet": func(ctx context.Context, tx *commit.Tx, d commit.Deadline) error {
			seen = tx.Now()
			return settle(ctx, tx, d)
		}},
	}, &token))
	r.sandbox(t, "2024-01-10")
	op := r.advance(t, "2024-02-01")
	if !seen.Equal(pbTime("2024-01-15")) {
		t.Errorf("the deadline acted at %v", seen)
	}
	meta, clock := &contractv1.AdvanceClockMetadata{}, &contractv1.Clock{}
	if err := errors.Join(op.GetMetadata().UnmarshalTo(meta), op.GetResponse().UnmarshalTo(clock)); err != nil {
		t.Fatal(err)
	}
	if meta.GetDeadlines() != 1 || !clock.GetNow().AsTime().Equal(pbTime("2024-02-01")) || clock.GetOperation() != "" {
		t.Errorf("%v, %v", meta, clock)
	}
	got := must[commit.Clock](t)(token.Clocks.Now(t.Context(), "acme"))
	if !got.Now.Equal(pbTime("2024-02-01")) || got.Operation != "" {
		t.Errorf("%+v", got)
	}
	again := must[*longrunningpb.Operation](t)(r.ops.GetOperation(r.operator, &longrunningpb.GetOperationRequest{Name: op.GetName()}))
	if !again.GetDone() {
		t.Errorf("%v", again)
	}
	all := must[*longrunningpb.ListOperationsResponse](t)(r.ops.ListOperations(r.operator, &longrunningpb.ListOperationsRequest{Name: "operations/billing"}))
	if len(all.GetOperations()) != 1 {
		t.Errorf("%v", all)
	}
	_, err := r.ops.GetOperation(r.operator, &longrunningpb.GetOperationRequest{Name: "operations/billing/none"})
	refused(t, err, "NOT_FOUND", "")
}

// TestManyRounds: hundreds of rounds are one short call.
func TestManyRounds(t *testing.T) {
	var token *host.Host
	r := newRig(t, follower(t, "token", host.Parts{Deadlines: deadline.Registry{"tick": settle}}, &token))
	r.sandbox(t, "2024-01-10")
	for i := range 300 {
		set(t, token, fmt.Sprintf("tick/%d", i), "tick", pbTime("2024-01-11").Add(time.Duration(i)*time.Hour), 2)
	}
	meta := &contractv1.AdvanceClockMetadata{}
	if err := r.advance(t, "2024-02-10").GetMetadata().UnmarshalTo(meta); err != nil || meta.GetDeadlines() != 300 {
		t.Errorf("%v, %v", meta, err)
	}
}

// TestLocked: while the clock is advanced others wait, and a caller may wait for
// the end.
func TestLocked(t *testing.T) {
	var token *host.Host
	begun, goOn := make(chan struct{}), make(chan struct{})
	r := newRig(t, follower(t, "token", host.Parts{Deadlines: deadline.Registry{"slow": func(ctx context.Context, tx *commit.Tx, d commit.Deadline) error {
		close(begun)
		<-goOn
		return settle(ctx, tx, d)
	}}}, &token))
	r.sandbox(t, "2024-01-10")
	set(t, token, "slow", "slow", pbTime("2024-01-15"), 2)
	short, cancel := context.WithTimeout(r.operator, time.Second)
	defer cancel()
	op := must[*longrunningpb.Operation](t)(r.registry.AdvanceClock(short, &contractv1.AdvanceClockRequest{Name: acme + "/clock", TargetDate: pb("2024-02-01")}))
	<-begun
	if op.GetDone() {
		t.Fatalf("%v", op)
	}
	_, err := r.registry.CreateCustomer(r.operator, &contractv1.CreateCustomerRequest{Parent: acme, CustomerId: "red", Customer: &contractv1.Customer{Title: "Red"}})
	refused(t, err, "CLOCK_ADVANCING", "")
	_, err = r.registry.AdvanceClock(r.operator, &contractv1.AdvanceClockRequest{Name: acme + "/clock", TargetDate: pb("2024-02-02")})
	refused(t, err, "CLOCK_ADVANCING", "")
	clock := must[*contractv1.Clock](t)(r.registry.GetClock(r.operator, &contractv1.GetClockRequest{Name: acme + "/clock"}))
	if clock.GetOperation() != op.GetName() || !clock.GetNow().AsTime().Equal(pbTime("2024-01-15")) {
		t.Errorf("%v", clock)
	}
	op = must[*longrunningpb.Operation](t)(r.ops.WaitOperation(r.operator, &longrunningpb.WaitOperationRequest{Name: op.GetName(), Timeout: durationpb.New(time.Millisecond)}))
	if op.GetDone() {
		t.Fatalf("%v", op)
	}
	close(goOn)
	op = must[*longrunningpb.Operation](t)(r.ops.WaitOperation(r.operator, &longrunningpb.WaitOperationRequest{Name: op.GetName()}))
	if !op.GetDone() || op.GetError() != nil {
		t.Fatalf("%v", op)
	}
}

// TestFailedAdvance: a consequence that fails stops the clock where it is, says
// why, and leaves nothing locked.
func TestFailedAdvance(t *testing.T) {
	var token *host.Host
	broken := true
	r := newRig(t, follower(t, "token", host.Parts{Deadlines: deadline.Registry{"bad": func(ctx context.Context, tx *commit.Tx, d commit.Deadline) error {
		if broken {
			return errors.New("no such lot")
		}
		return settle(ctx, tx, d)
	}}}, &token))
	r.sandbox(t, "2024-01-10")
	set(t, token, "bad/1", "bad", pbTime("2024-01-15"), 2)
	in := &contractv1.AdvanceClockRequest{Name: acme + "/clock", TargetDate: pb("2024-02-01")}
	op := must[*longrunningpb.Operation](t)(r.registry.AdvanceClock(r.operator, in))
	if !op.GetDone() || op.GetError().GetCode() != int32(codes.Internal) || op.GetError().GetMessage() == "" {
		t.Fatalf("%v", op)
	}
	clock := must[*contractv1.Clock](t)(r.registry.GetClock(r.operator, &contractv1.GetClockRequest{Name: acme + "/clock"}))
	if clock.GetOperation() != "" || !clock.GetNow().AsTime().Equal(pbTime("2024-01-15")) {
		t.Fatalf("%v", clock)
	}
	broken = false
	if op = must[*longrunningpb.Operation](t)(r.registry.AdvanceClock(r.operator, in)); !op.GetDone() || op.GetError() != nil {
		t.Fatalf("%v", op)
	}
}

// TestPassingFailure: what fails once or twice, as in a process that is going
// down, does not fail the operation.
func TestPassingFailure(t *testing.T) {
	var token *host.Host
	left := 2
	r := newRig(t, follower(t, "token", host.Parts{Deadlines: deadline.Registry{"shaky": func(ctx context.Context, tx *commit.Tx, d commit.Deadline) error {
		if left > 0 {
			left--
			return errors.New("sql: database is closed")
		}
		return settle(ctx, tx, d)
	}}}, &token))
	r.sandbox(t, "2024-01-10")
	set(t, token, "shaky", "shaky", pbTime("2024-01-15"), 2)
	r.advance(t, "2024-02-01")
}

// TestLivelockOverTheWire: deadlines that set themselves again at one instant
// are named.
func TestLivelockOverTheWire(t *testing.T) {
	var token *host.Host
	r := newRig(t, follower(t, "token", host.Parts{Deadlines: deadline.Registry{"again": func(_ context.Context, tx *commit.Tx, d commit.Deadline) error {
		d.Version = 0
		d.Consequence += "!"
		return tx.SetDeadline(d)
	}}}, &token))
	r.sandbox(t, "2024-01-10")
	set(t, token, "again/1", "again", pbTime("2024-01-15"), 2)
	op := must[*longrunningpb.Operation](t)(r.registry.AdvanceClock(r.operator, &contractv1.AdvanceClockRequest{Name: acme + "/clock", TargetDate: pb("2024-02-01")}))
	if !op.GetDone() || op.GetError().GetCode() != int32(codes.FailedPrecondition) {
		t.Fatalf("%v", op)
	}
}

// TestResume: an advance that a stop interrupted goes on with the next start.
func TestResume(t *testing.T) {
	cfg := db.Config{Driver: "sqlite", DSN: filepath.Join(t.TempDir(), "billing.db")}
	var op *longrunningpb.Operation
	t.Run("interrupted", func(t *testing.T) {
		var token *host.Host
		goOn := make(chan struct{})
		r := newRigOn(t, cfg, follower(t, "token", host.Parts{Deadlines: deadline.Registry{"slow": func(context.Context, *commit.Tx, commit.Deadline) error {
			<-goOn
			return errors.New("the process is going down")
		}}}, &token))
		r.sandbox(t, "2024-01-10")
		set(t, token, "slow", "slow", pbTime("2024-01-15"), 2)
		short, cancel := context.WithTimeout(r.operator, 500*time.Millisecond)
		defer cancel()
		op = must[*longrunningpb.Operation](t)(r.registry.AdvanceClock(short, &contractv1.AdvanceClockRequest{Name: acme + "/clock", TargetTime: timestamppb.New(pbTime("2024-02-01"))}))
		go func() { close(goOn) }()
		if err := r.app.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("resumed", func(t *testing.T) {
		r := newRigOn(t, cfg)
		done := must[*longrunningpb.Operation](t)(r.ops.WaitOperation(r.operator, &longrunningpb.WaitOperationRequest{Name: op.GetName()}))
		if !done.GetDone() || done.GetError() != nil {
			t.Fatalf("%v", done)
		}
		clock := must[*contractv1.Clock](t)(r.registry.GetClock(r.operator, &contractv1.GetClockRequest{Name: acme + "/clock"}))
		if !clock.GetNow().AsTime().Equal(pbTime("2024-02-01")) || clock.GetOperation() != "" {
			t.Errorf("%v", clock)
		}
	})
}
