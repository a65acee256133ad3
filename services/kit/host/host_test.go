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
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/timestamppb"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
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
			}},
		}}, nil)
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

// Large bodies do not make an answer that a peer could not take.
func TestPullChangesBoundsItsAnswer(t *testing.T) {
	p := newPair(t, sqliteOf(t), host.Parts{}, nil)
	large := strings.Repeat("x", 3<<20)
	for range 3 {
		publish(t, p.book, "ordered", large)
	}
	after := map[int32]int64{}
	for i := range 3 {
		out, err := p.peer("book").PullChanges(t.Context(), &internalv1.PullChangesRequest{After: after})
		if err != nil || len(out.GetChanges()) != 1 || out.GetMore() != (i < 2) {
			t.Fatalf("%d: %d changes, more %v, %v", i, len(out.GetChanges()), out.GetMore(), err)
		}
		after[out.GetChanges()[0].GetStream()] = out.GetChanges()[0].GetPosition()
	}
}

// A service that is asked to catch up for a sandbox that it has not met uses
// that sandbox's clock.
func TestCatchUpMeetsTheSandbox(t *testing.T) {
	p := newPair(t, sqliteOf(t), host.Parts{}, func(_ context.Context, provider string) (commit.Clock, error) {
		return commit.Clock{Provider: provider, Mode: commit.Sandbox, Now: epoch, Operation: "operations/1"}, nil
	})
	p.catchUp(t, "ledger", epoch)
	c, err := p.ledger.Clocks.Get(t.Context(), p.ledger.DB.Read(), "p")
	if err != nil || c.Mode != commit.Sandbox || !c.Now.Equal(epoch) || c.Operation != "operations/1" {
		t.Fatalf("%+v %v", c, err)
	}
}

// tiny is a public service of a few lines: creating a customer commits and
// publishes, getting a provider reads what was noted.
type tiny struct {
	contractv1.UnimplementedRegistryServiceServer
	h *host.Host
	t *testing.T
}

func (s *tiny) CreateCustomer(ctx context.Context, in *contractv1.CreateCustomerRequest) (*contractv1.Customer, error) {
	return commit.Run(ctx, s.h.Commit, acme, func(ctx context.Context, tx *commit.Tx) (*contractv1.Customer, error) {
		tx.Publish(feed.Draft{Type: "ordered", Subject: in.GetCustomerId(), Body: "x"})
		return &contractv1.Customer{Name: in.GetParent() + "/customers/" + in.GetCustomerId()}, note(ctx, tx, in.GetCustomerId())
	})
}

func (s *tiny) GetProvider(context.Context, *contractv1.GetProviderRequest) (*contractv1.Provider, error) {
	return &contractv1.Provider{Title: notes(s.t, s.h)}, nil
}

// A caller reads its own writes in another service, and repeats a request
// without repeating its effect.
func TestReadYourWritesAndRepeat(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		p := newPair(t, config, host.Parts{}, nil)
		hosttest.Register(t, p.book, host.Parts{Hosted: []rpc.Hosted{{Desc: &contractv1.RegistryService_ServiceDesc, Impl: &tiny{h: p.book, t: t}}}})
		hosttest.Register(t, p.ledger, host.Parts{Hosted: []rpc.Hosted{{Desc: &contractv1.RegistryService_ServiceDesc, Impl: &tiny{h: p.ledger, t: t}}}})
		book, ledger := contractv1.NewRegistryServiceClient(p.Conn("book")), contractv1.NewRegistryServiceClient(p.Conn("ledger"))
		ctx := p.As(t.Context(), rpc.RoleOperator)
		in := &contractv1.CreateCustomerRequest{Parent: "providers/p", CustomerId: "c1", Customer: &contractv1.Customer{Title: "C"}, RequestId: "r1"}
		var first, again metadata.MD
		for _, header := range []*metadata.MD{&first, &again} {
			out, err := book.CreateCustomer(ctx, in, grpc.Header(header))
			if err != nil || out.GetName() != "providers/p/customers/c1" {
				t.Fatalf("%v %v", out, err)
			}
		}
		at := rpc.Positions(first)
		if len(at) != 1 || at[0].Source != "book" || at[0].Position != 1 || fmt.Sprint(rpc.Positions(again)) != fmt.Sprint(at) {
			t.Fatalf("%v %v", first, again)
		}
		want(t, notes(t, p.book), "c1")
		out, err := ledger.GetProvider(rpc.WaitFor(ctx, at...), &contractv1.GetProviderRequest{Name: "providers/p"})
		if err != nil {
			t.Fatal(err)
		}
		want(t, out.GetTitle(), "c1")
		in.CustomerId = "c2"
		_, err = book.CreateCustomer(ctx, in)
		if f := fault.FromStatus(err); f == nil || f.Reason != fault.ReasonRequestIDReused {
			t.Fatal(err)
		}
		at[0].Position = 99
		_, err = ledger.GetProvider(rpc.WaitFor(ctx, at...), &contractv1.GetProviderRequest{Name: "providers/p"})
		if f := fault.FromStatus(err); f == nil || f.Reason != feed.ReasonPositionNotReached {
			t.Fatal(err)
		}
	})
}

// A service that has stopped is away for its peers' consumers; nothing failed.
func TestPullFromOneThatStops(t *testing.T) {
	p := newPair(t, sqliteOf(t), host.Parts{}, nil)
	publish(t, p.book, "ordered", "o1")
	if _, err := p.peer("book").PullChanges(t.Context(), &internalv1.PullChangesRequest{}); err != nil {
		t.Fatal(err)
	}
	if err := p.book.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := p.peer("book").PullChanges(t.Context(), &internalv1.PullChangesRequest{})
	if f := fault.FromStatus(err); f == nil || f.Code != codes.Unavailable {
		t.Errorf("%v", err)
	}
}

func TestParkedThroughTheHost(t *testing.T) {
	bad := true
	p := newPair(t, sqliteOf(t), host.Parts{Consumers: []feed.Consumer{
		{Name: "picky", Source: "book", Handle: func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
			if bad {
				return fault.Invalid(fault.ReasonFieldInvalid, "x", "no")
			}
			return note(ctx, tx, "picky-"+c.Subject)
		}},
	}}, nil)
	publish(t, p.book, "other", "o1")
	p.catchUp(t, "ledger", epoch, p.catchUp(t, "book", epoch).GetHeads())
	list, err := p.peer("ledger").ListParked(t.Context(), &internalv1.ListParkedRequest{Provider: "p"})
	if err != nil || len(list.GetChanges()) != 1 || list.GetChanges()[0].GetConsumer() != "picky" || list.GetChanges()[0].GetChange().GetSubject() != "o1" {
		t.Fatalf("%v %v", list, err)
	}
	admin := internalv1.NewPeerServiceClient(p.Conn("ledger"))
	retry := &internalv1.RetryParkedRequest{Provider: "p", Customer: "acme"}
	_, err = admin.RetryParked(p.As(t.Context(), rpc.RoleAdmin), retry)
	if f := fault.FromStatus(err); f == nil || f.Reason != fault.ReasonFieldInvalid || !strings.Contains(f.Message, "book-") {
		t.Fatalf("%v", err)
	}
	bad = false
	done, err := admin.RetryParked(p.As(t.Context(), rpc.RoleAdmin), retry)
	if err != nil || done.GetCount() != 1 {
		t.Fatalf("%v %v", done, err)
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
