package host_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/types/known/timestamppb"

	internalv1 "cloudpact.dev/gen/go/cloudpact/internalapi/v1"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/host/hosttest"
	"cloudpact.dev/services/kit/rpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	acme  = commit.Key{Provider: "p", Customer: "acme"}
)

const up = "-- +goose Up\ncreate table notes (n integer primary key, text text not null);\n-- +goose Down\ndrop table notes;\n"

var schema = fstest.MapFS{
	"sqlite/00001_notes.sql":   {Data: []byte(up)},
	"postgres/00001_notes.sql": {Data: []byte(up)},
}

func note(ctx context.Context, tx *commit.Tx, text string) error {
	_, err := tx.ExecContext(ctx, "insert into notes (n, text) select coalesce(max(n), 0) + 1, $1 from notes", text)
	return err
}

func notes(t *testing.T, h *host.Host) string {
	t.Helper()
	rows, err := db.QueryAll(t.Context(), h.DB.Read(), "select text from notes order by n")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func want(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
}

func publish(t *testing.T, h *host.Host, typ, subject string) feed.Position {
	t.Helper()
	var out feed.Position
	ctx := commit.WithObserver(t.Context(), func(o commit.Outcome) {
		out = feed.Position{Source: h.Name, Stream: o.Stream, Position: o.Position}
	})
	err := commit.Exec(ctx, h.Commit, acme, func(_ context.Context, tx *commit.Tx) error {
		tx.Publish(feed.Draft{Type: typ, Subject: subject, Body: subject})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// pair is a book and a ledger that follows it; the ledger publishes what it
// noted, and a second consumer reads the ledger's own feed.
type pair struct {
	*hosttest.Process
	book, ledger *host.Host
}

func newPair(t *testing.T, config func() db.Config, ledger host.Parts, clock host.ClockSource) *pair {
	p := &pair{Process: hosttest.New(t)}
	p.book = p.Host(t, config(), host.Spec{Name: "book", Migrations: schema})
	p.ledger = p.Host(t, config(), host.Spec{Name: "ledger", Migrations: schema, Clock: clock})
	ledger.Consumers = append(ledger.Consumers,
		feed.Consumer{Name: "orders", Source: "book", Types: []string{"ordered"}, Handle: func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
			tx.Publish(feed.Draft{Type: "charged", Subject: c.Subject, Body: "x"})
			return note(ctx, tx, c.Subject)
		}},
		feed.Consumer{Name: "self", Source: "ledger", Types: []string{"charged"}, Handle: func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
			return note(ctx, tx, "self-"+c.Subject)
		}})
	hosttest.Register(t, p.ledger, ledger)
	return p
}

func (p *pair) peer(name string) internalv1.PeerServiceClient {
	return internalv1.NewPeerServiceClient(p.Env.Directory.Peer(name))
}

// catchUp asks a service as an advance of the clock does.
func (p *pair) catchUp(t *testing.T, name string, until time.Time, sources ...*internalv1.Heads) *internalv1.CatchUpResponse {
	t.Helper()
	out, err := p.peer(name).CatchUp(t.Context(), &internalv1.CatchUpRequest{Provider: "p", Sources: sources, Until: timestamppb.New(until)})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCatchUp(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		p := newPair(t, config, host.Parts{}, nil)
		publish(t, p.book, "ordered", "o1")
		publish(t, p.book, "other", "o2")
		publish(t, p.book, "ordered", "o3")
		heads := p.catchUp(t, "book", epoch).GetHeads()
		if got := heads.GetPositions()[int32(acme.Stream())]; heads.GetService() != "book" || got != 3 {
			t.Fatalf("%v", heads)
		}
		// Hosts that were not started read when they are asked to.
		own := p.catchUp(t, "ledger", epoch, heads).GetHeads()
		want(t, notes(t, p.ledger), "o1 o3 self-o1 self-o3")
		if got := own.GetPositions()[int32(acme.Stream())]; got != 2 {
			t.Fatalf("%v", own)
		}
		p.catchUp(t, "ledger", epoch, heads)
		want(t, notes(t, p.ledger), "o1 o3 self-o1 self-o3")
	})
}

func TestConsumersAreWoken(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		seen := make(chan string, 8)
		p := newPair(t, config, host.Parts{Consumers: []feed.Consumer{
			{Name: "tell", Source: "ledger", Handle: func(_ context.Context, _ *commit.Tx, c feed.Change) error {
				seen <- c.Subject
				return nil
			}}}}, nil)
		p.Start(t)
		for i := range 5 {
			publish(t, p.book, "ordered", fmt.Sprint(i))
			want(t, <-seen, fmt.Sprint(i))
		}
	})
}

func TestPullChangesPages(t *testing.T) {
	p := newPair(t, sqliteOf(t), host.Parts{}, nil)
	for i := range 5 {
		publish(t, p.book, "ordered", fmt.Sprint(i))
	}
	out, err := p.peer("book").PullChanges(t.Context(), &internalv1.PullChangesRequest{Limit: 3})
	if err != nil || len(out.GetChanges()) != 3 || !out.GetMore() {
		t.Fatalf("%v %v", out, err)
	}
	c := out.GetChanges()[2]
	var body string
	if err := json.Unmarshal(c.GetBody(), &body); err != nil || body != "2" || c.GetPosition() != 3 || c.GetCustomer() != "acme" || c.GetChangeId() == "" {
		t.Fatalf("%v", c)
	}
	out, err = p.peer("book").PullChanges(t.Context(), &internalv1.PullChangesRequest{After: map[int32]int64{c.GetStream(): 3}})
	if err != nil || len(out.GetChanges()) != 2 || out.GetMore() {
		t.Fatalf("%v %v", out, err)
	}
}

func sqliteOf(t *testing.T) func() db.Config {
	return func() db.Config { return db.Config{Driver: "sqlite", DSN: t.TempDir() + "/x.db"} }
}

// The way that an advance of a sandbox clock goes.
func TestSandboxTime(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		p := newPair(t, config, host.Parts{Deadlines: deadline.Registry{
			"due": func(ctx context.Context, tx *commit.Tx, d deadline.Deadline) error {
				if err := note(ctx, tx, d.Name+"@"+tx.Now().Format("15:04")); err != nil {
					return err
				}
				return tx.SettleDeadline(d.Name, deadline.Missed)
			}}}, nil)
		ctx := t.Context()
		set := func(now time.Time, op string) {
			t.Helper()
			if _, err := p.peer("ledger").SetClock(ctx, &internalv1.SetClockRequest{Provider: "p", Now: timestamppb.New(now), Operation: op}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := p.peer("ledger").RunDue(ctx, &internalv1.RunDueRequest{Provider: "p", DueTime: timestamppb.New(epoch), Rank: 1}); err == nil {
			t.Fatal("time was moved for a provider that follows the system's clock")
		}
		set(epoch, "")
		add := func(name string, hour, rank int) {
			t.Helper()
			err := commit.Exec(ctx, p.ledger.Commit, acme, func(_ context.Context, tx *commit.Tx) error {
				return tx.SetDeadline(deadline.Deadline{Name: name, Subject: "s", Kind: "due", Due: epoch.Add(time.Duration(hour) * time.Hour), Rank: rank})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		add("late", 3, 4)
		add("early", 1, 6)
		add("first", 1, 2)
		set(epoch, "operations/1")
		err := commit.Exec(ctx, p.ledger.Commit, acme, func(context.Context, *commit.Tx) error { return nil })
		if !fault.Is(err, fault.ReasonClockAdvancing) {
			t.Fatalf("a write during the advance: %v", err)
		}
		until := epoch.Add(2 * time.Hour)
		for {
			out := p.catchUp(t, "ledger", until)
			if !out.GetHasDue() {
				break
			}
			if len(out.GetDueNames()) != 1 {
				t.Fatalf("%v", out)
			}
			ran, err := p.peer("ledger").RunDue(ctx, &internalv1.RunDueRequest{Provider: "p", DueTime: out.GetDueTime(), Rank: out.GetDueRank()})
			if err != nil || ran.GetCount() != 1 {
				t.Fatalf("%v %v", ran, err)
			}
		}
		set(until, "")
		want(t, notes(t, p.ledger), "first@01:00 early@01:00")
		set(epoch, "") // never backwards
		if now, err := p.ledger.Now(ctx, "p"); err != nil || !now.Equal(until) {
			t.Fatalf("%v %v", now, err)
		}
	})
}

func TestFailingDeadlineIsNamed(t *testing.T) {
	p := newPair(t, sqliteOf(t), host.Parts{Deadlines: deadline.Registry{
		"due": func(context.Context, *commit.Tx, deadline.Deadline) error {
			return fault.Precondition("NOT_SO", "x", "cannot be")
		}}}, nil)
	ctx := t.Context()
	_, err := p.peer("ledger").SetClock(ctx, &internalv1.SetClockRequest{Provider: "p", Now: timestamppb.New(epoch)})
	if err != nil {
		t.Fatal(err)
	}
	err = commit.Exec(ctx, p.ledger.Commit, acme, func(_ context.Context, tx *commit.Tx) error {
		return tx.SetDeadline(deadline.Deadline{Name: "d1", Kind: "due", Due: epoch.Add(time.Hour), Rank: 4})
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.peer("ledger").RunDue(ctx, &internalv1.RunDueRequest{Provider: "p", DueTime: timestamppb.New(epoch.Add(time.Hour)), Rank: 4})
	f := fault.FromStatus(err)
	if f == nil || f.Reason != "NOT_SO" || !strings.Contains(f.Message, "rank 4 could not be run") {
		t.Fatalf("%v", err)
	}
}

// A provider that a service has not met is asked for, once.
func TestUnknownProvidersClock(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		asked := 0
		p := newPair(t, config, host.Parts{}, func(_ context.Context, provider string) (commit.Clock, error) {
			asked++
			if provider == "live" {
				return commit.Clock{Provider: provider, Mode: commit.Live}, nil
			}
			if provider == "none" {
				return commit.Clock{}, fault.NotFound(fault.ReasonNotFound, "providers/none")
			}
			return commit.Clock{Provider: provider, Mode: commit.Sandbox, Now: epoch}, nil
		})
		for range 2 {
			now, err := commit.Run(t.Context(), p.ledger.Commit, acme, func(ctx context.Context, tx *commit.Tx) (time.Time, error) {
				return tx.Now(), note(ctx, tx, "x")
			})
			if err != nil || !now.Equal(epoch) {
				t.Fatalf("%v %v", now, err)
			}
			for range 2 {
				if now, err := p.ledger.Now(t.Context(), "live"); err != nil || now.Equal(epoch) {
					t.Fatalf("%v %v", now, err)
				}
			}
		}
		if asked != 2 {
			t.Fatalf("asked %d times", asked)
		}
		err := commit.Exec(t.Context(), p.ledger.Commit, commit.Key{Provider: "none"}, func(context.Context, *commit.Tx) error { return nil })
		if !fault.Is(err, fault.ReasonNotFound) {
			t.Fatal(err)
		}
	})
}

func TestParkedThroughTheHost(t *testing.T) {
	bad := true
	p := newPair(t, sqliteOf(t), host.Parts{Consumers: []feed.Consumer{
		{Name: "picky", Source: "book", Handle: func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
			if bad {
				return fault.Invalid(fault.ReasonFieldInvalid, "x", "no")
			}
			return note(ctx, tx, "picky-"+c.Subject)
		}}}}, nil)
	publish(t, p.book, "other", "o1")
	p.catchUp(t, "ledger", epoch, p.catchUp(t, "book", epoch).GetHeads())
	list, err := p.ledger.ListParked(t.Context(), "", "p")
	if err != nil || len(list) != 1 || list[0].Consumer != "picky" {
		t.Fatalf("%v %v", list, err)
	}
	bad = false
	if n, err := p.ledger.RetryParked(t.Context(), "", acme); n != 1 || err != nil {
		t.Fatalf("%d %v", n, err)
	}
	want(t, notes(t, p.ledger), "picky-o1")
}

func TestPeerServiceIsForPeers(t *testing.T) {
	p := newPair(t, sqliteOf(t), host.Parts{}, nil)
	public := internalv1.NewPeerServiceClient(p.Conn("book"))
	_, err := public.PullChanges(t.Context(), &internalv1.PullChangesRequest{})
	if f := fault.FromStatus(err); f == nil || f.Reason != fault.ReasonUnauthenticated {
		t.Fatal(err)
	}
	_, err = public.PullChanges(p.As(t.Context(), rpc.RoleAdmin), &internalv1.PullChangesRequest{})
	if f := fault.FromStatus(err); f == nil || f.Reason != fault.ReasonRoleRequired {
		t.Fatal(err)
	}
}

func TestRegisterRefuses(t *testing.T) {
	p := hosttest.New(t)
	h := p.Host(t, sqliteOf(t)(), host.Spec{Name: "a"})
	handler := func(context.Context, *commit.Tx, deadline.Deadline) error { return nil }
	parts := host.Parts{Consumers: []feed.Consumer{{Name: "c", Source: "b"}}, Deadlines: deadline.Registry{"k": handler}}
	hosttest.Register(t, h, parts)
	if err := h.Register(host.Parts{Consumers: parts.Consumers}); err == nil {
		t.Error("two consumers of one name")
	}
	if err := h.Register(host.Parts{Deadlines: parts.Deadlines}); err == nil {
		t.Error("two handlers of one kind")
	}
	if err := h.Ready(t.Context()); err == nil {
		t.Error("ready before it was started")
	}
	p.Start(t)
	if err := h.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if err := h.Register(host.Parts{}); err == nil {
		t.Error("parts after the start")
	}
}
