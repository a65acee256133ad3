package token

import (
	"context"
	"fmt"
	"testing"
	"time"

	gdate "google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/host/hosttest"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/terms/shipped"
	"cloudpact.dev/services/terms/wire"
	"cloudpact.dev/services/token/internal/app"
	"cloudpact.dev/services/token/internal/peers"
	"cloudpact.dev/services/token/internal/store/migrations"
	"cloudpact.dev/services/token/internal/transport"
)

// registry stands in for billing's: it gives the shipped terms.
type registry struct {
	contractv1.UnimplementedRegistryServiceServer
}

func (registry) GetRevision(_ context.Context, in *contractv1.GetRevisionRequest) (*contractv1.Revision, error) {
	f, err := shipped.Load("cpc")
	if err != nil {
		return nil, err
	}
	body, err := wire.ToProto(f.Terms)
	return &contractv1.Revision{Name: in.GetName(), Body: body}, err
}

func (registry) GetProvider(_ context.Context, in *contractv1.GetProviderRequest) (*contractv1.Provider, error) {
	return &contractv1.Provider{Name: in.GetName(), Mode: contractv1.Provider_MODE_LIVE}, nil
}

// rig is a token service with peers that say what the test wants.
type rig struct {
	t          testing.TB
	p          *hosttest.Process
	now        *clock.Fixed
	billing    *host.Host
	compliance *host.Host
	token      *host.Host
	app        *app.App
	client     tokenv1.TokenServiceClient
	changes    tokenv1.ChangeServiceClient
}

// raw lets a test publish a peer's message as its feed body.
func raw(d commit.Draft) (string, []byte, error) {
	b, err := proto.Marshal(d.Body.(proto.Message))
	return d.Type, b, err
}

const at = "2024-02-01T10:00:00+08:00"

func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// newRig starts a token service on a database of its own.
func newRig(t testing.TB, cfg db.Config) *rig {
	t.Helper()
	return rigOn(t, hosttest.New(t), cfg)
}

// rigOn starts a token service in a process.
func rigOn(t testing.TB, p *hosttest.Process, cfg db.Config) *rig {
	t.Helper()
	r := &rig{t: t, p: p, now: clock.At(instant(at))}
	r.p.System = r.now
	r.billing = r.p.Host(t, dbtest.SQLiteConfig(t), host.Spec{Name: "billing", Encode: raw})
	r.compliance = r.p.Host(t, dbtest.SQLiteConfig(t), host.Spec{Name: "compliance", Encode: raw})
	hosttest.Register(t, r.billing, host.Parts{Hosted: []rpc.Hosted{{Desc: &contractv1.RegistryService_ServiceDesc, Impl: registry{}}}})
	r.token, r.app = r.service(cfg, true)
	r.p.Start(t)
	r.client = tokenv1.NewTokenServiceClient(r.p.Conn("token"))
	r.changes = tokenv1.NewChangeServiceClient(r.p.Conn("token"))
	return r
}

// service makes a token service in the rig's process.
func (r *rig) service(cfg db.Config, reads bool) (*host.Host, *app.App) {
	h := r.p.Host(r.t, cfg, host.Spec{
		Name: "token", Migrations: migrations.Files, Encode: transport.EncodeChange,
		Clock: host.AskClock(r.p.Env.Directory.Peer("billing")),
	})
	a := app.New(app.Host{
		DB: h.DB, Commit: h.Commit, Heads: h.Feed.Heads, Now: h.Now,
		Revision: peers.Revision(r.p.Env.Directory.Peer("billing")),
	}, app.Config{})
	all := parts(h, a)
	if !reads {
		all.Consumers = nil
	}
	hosttest.Register(r.t, h, all)
	return h, a
}

// as makes a context of a role.
func (r *rig) as(role string) context.Context { return r.p.As(context.Background(), role) }

// publish lets a peer publish changes of one customer, and waits until the token
// service has taken them in.
func (r *rig) publish(peer *host.Host, key feed.Key, typ string, body proto.Message) {
	r.t.Helper()
	var out commit.Outcome
	ctx := commit.WithObserver(context.Background(), func(o commit.Outcome) { out = o })
	err := commit.Exec(ctx, peer.Commit, key, func(_ context.Context, tx *commit.Tx) error {
		tx.Publish(commit.Draft{Type: typ, Subject: "test", Body: body})
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.await(peer.Name, out)
}

// await waits for a position as a client does.
func (r *rig) await(source string, o commit.Outcome) {
	r.t.Helper()
	p := feed.Position{Source: source, Stream: o.Stream, Position: o.Position}
	ctx, cancel := context.WithTimeout(rpc.WaitFor(r.as(rpc.RoleAuditor), p), time.Minute)
	defer cancel()
	err := rpc.UntilReached(ctx, func() error {
		_, err := r.client.ListOverages(ctx, &tokenv1.ListOveragesRequest{Parent: "providers/acme/customers/none/contracts/none/subscriptions/none"})
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	parked, err := r.token.ListParked(context.Background(), "", "")
	if err != nil || len(parked) > 0 {
		r.t.Fatalf("parked: %+v, %v", parked, err)
	}
}

// service facts as the book would tell them.
func facts(customer, sub, kind, scd string, months, tokens int, units ...string) *contractv1.SubscriptionFacts {
	name := fmt.Sprintf("providers/acme/customers/%s/contracts/k/subscriptions/%s", customer, sub)
	f := &contractv1.SubscriptionFacts{
		Subscription: name, Order: fmt.Sprintf("providers/acme/customers/%s/contracts/k/orders/o", customer), Kind: kind,
		Contract: &contractv1.ContractFacts{TermsRevision: "providers/acme/terms/cpc/revisions/1", TermsHash: "cpc", Currency: "HKD"},
		State:    contractv1.Subscription_STATE_ACTIVE, TermMonths: int32(months), Tokens: int32(tokens),
	}
	if scd != "" {
		d := date.MustParse(scd)
		f.CommencementDate, f.TermEnd = wireDate(d), wireDate(d.AddMonths(months, date.Clamped))
	}
	for _, u := range units {
		f.Units = append(f.Units, &contractv1.UnitFacts{Unit: name + "/units/" + u})
	}
	return f
}

func wireDate(d date.Date) *gdate.Date {
	return &gdate.Date{Year: int32(d.Year), Month: int32(d.Month), Day: int32(d.Day)}
}

// tell publishes the facts of a subscription.
func (r *rig) tell(f *contractv1.SubscriptionFacts) {
	r.t.Helper()
	s, err := app.ParseSub(f.GetSubscription(), "")
	if err != nil {
		r.t.Fatal(err)
	}
	r.publish(r.billing, s.Key(), "commencement_set", &billingv1.Change{Body: &billingv1.Change_CommencementSet{
		CommencementSet: &contractv1.CommencementSet{Subscription: f},
	}})
}

// hold places a hold, or lifts it.
func (r *rig) hold(f *contractv1.SubscriptionFacts, when time.Time, lift bool) {
	s, _ := app.ParseSub(f.GetSubscription(), "")
	c := &compliancev1.Change{Body: &compliancev1.Change_HoldPlaced{HoldPlaced: &compliancev1.HoldPlaced{
		Hold:          "h1",
		Subscriptions: []string{f.GetSubscription()}, PlacedTime: timestamppb.New(when),
	}}}
	typ := "hold_placed"
	if lift {
		typ = "hold_lifted"
		c = &compliancev1.Change{Body: &compliancev1.Change_HoldLifted{HoldLifted: &compliancev1.HoldLifted{
			Hold:          "h1",
			Subscriptions: []string{f.GetSubscription()}, LiftedTime: timestamppb.New(when),
		}}}
	}
	r.publish(r.compliance, s.Key(), typ, c)
}

// run moves the clock and lets everything that is due by then act.
func (r *rig) run(to string) {
	r.t.Helper()
	until := instant(to)
	for {
		due, rank, ok, err := r.token.Deadlines.NextDue(context.Background(), "acme", until)
		if err != nil {
			r.t.Fatal(err)
		}
		if !ok {
			break
		}
		r.now.Set(due)
		runner := deadline.NewRunner(r.token.Deadlines, r.token.Commit, r.app.Deadlines())
		if _, err := runner.RunDue(context.Background(), "acme", due, rank); err != nil {
			r.t.Fatal(err)
		}
	}
	r.now.Set(until)
}

// transport is the service without the wire, for principals of a test's own.
func (r *rig) transport() *transport.Service { return transport.New(r.app) }

func dbtestSQLite(t testing.TB) db.Config { return dbtest.SQLiteConfig(t) }
