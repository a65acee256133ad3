package compliance

import (
	"context"
	"testing"
	"time"

	datepb "google.golang.org/genproto/googleapis/type/date"
	moneypb "google.golang.org/genproto/googleapis/type/money"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"go.uber.org/goleak"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	internalv1 "cloudpact.dev/gen/go/cloudpact/internalapi/v1"
	termsv1 "cloudpact.dev/gen/go/cloudpact/terms/v1"
	"cloudpact.dev/services/compliance/internal/transport"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/host/hosttest"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/terms/shipped"
	"cloudpact.dev/services/terms/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	provider = "providers/p"
	customer = provider + "/customers/harbour"
	contract = customer + "/contracts/smartcloud"
	account  = contract + "/accounts/main"
	compute  = contract + "/subscriptions/compute"
	backup   = contract + "/subscriptions/backup"
)

var harbour = commit.Key{Provider: "p", Customer: "harbour"}

// registry is the part of billing that compliance calls.
type registry struct {
	contractv1.UnimplementedRegistryServiceServer
	body *termsv1.Terms
	hash string
	live bool
	now  func() time.Time
	// asked counts the revisions that were fetched.
	asked int
}

func (r *registry) GetRevision(context.Context, *contractv1.GetRevisionRequest) (*contractv1.Revision, error) {
	r.asked++
	return &contractv1.Revision{Name: provider + "/terms/cpc/revisions/2018-03", Hash: r.hash, Body: r.body}, nil
}

func (r *registry) GetProvider(_ context.Context, in *contractv1.GetProviderRequest) (*contractv1.Provider, error) {
	p := &contractv1.Provider{Name: in.GetName(), Mode: contractv1.Provider_MODE_SANDBOX}
	if r.live {
		p.Mode = contractv1.Provider_MODE_LIVE
	}
	return p, nil
}

func (r *registry) GetClock(_ context.Context, in *contractv1.GetClockRequest) (*contractv1.Clock, error) {
	return &contractv1.Clock{Name: in.GetName(), Now: timestamppb.New(r.now())}, nil
}

// rig is compliance beside services that publish what the test says.
type rig struct {
	*hosttest.Process
	t        *testing.T
	zone     *time.Location
	registry *registry
	peers    map[string]*host.Host
	own      *host.Host
	api      compliancev1.ComplianceServiceClient
	feed     compliancev1.ChangeServiceClient
	// direct is the service behind the chain that finds the caller.
	direct    *transport.Service
	changesOf *transport.Changes
	now       time.Time
}

// newRig starts at 09:00 of a day.
func newRig(t *testing.T, config func() db.Config, start string) *rig {
	t.Helper()
	folder, err := shipped.Load("cpc")
	if err != nil {
		t.Fatal(err)
	}
	body, err := wire.ToProto(folder.Terms)
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Asia/Hong_Kong")
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{Process: hosttest.New(t), t: t, zone: zone, peers: map[string]*host.Host{}}
	r.now = r.at(start)
	r.registry = &registry{body: body, hash: folder.Hash, now: func() time.Time { return r.now }}
	encode := func(d commit.Draft) (string, []byte, error) {
		b, err := proto.Marshal(d.Body.(proto.Message))
		return d.Type, b, err
	}
	for _, name := range []string{"billing", "token", "sla"} {
		r.peers[name] = r.Host(t, config(), host.Spec{Name: name, Encode: encode})
	}
	hosttest.Register(t, r.peers["billing"], host.Parts{Hosted: []rpc.Hosted{{Desc: &contractv1.RegistryService_ServiceDesc, Impl: r.registry}}})
	r.own = r.Host(t, config(), spec(r.Env.Directory))
	a := newApp(r.own)
	hosttest.Register(t, r.own, parts(r.own, a))
	r.Start(t)
	r.api = compliancev1.NewComplianceServiceClient(r.Conn("compliance"))
	r.feed = compliancev1.NewChangeServiceClient(r.Conn("compliance"))
	r.direct = transport.New(a)
	r.changesOf = transport.NewChanges(r.own.Feed, a.Pages, r.own.Listen)
	return r
}

// at is 09:00 of a day.
func (r *rig) at(day string) time.Time { return date.MustParse(day).Start(r.zone).Add(9 * time.Hour) }

func (r *rig) operator() context.Context { return r.As(r.t.Context(), rpc.RoleOperator) }
func (r *rig) approver() context.Context { return r.As(r.t.Context(), rpc.RoleApprover) }

// tell lets a service publish a fact, and compliance take it in.
func (r *rig) tell(source, typ, subject string, change proto.Message) {
	r.t.Helper()
	r.tellOf(source, harbour, typ, subject, change)
}

func (r *rig) tellOf(source string, k commit.Key, typ, subject string, change proto.Message) {
	r.t.Helper()
	err := commit.Exec(r.t.Context(), r.peers[source].Commit, k, func(_ context.Context, tx *commit.Tx) error {
		tx.Publish(commit.Draft{Type: typ, Subject: subject, Body: change})
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.catchUp(r.now)
}

// catchUp lets compliance take in everything, as an advance of the clock does.
func (r *rig) catchUp(until time.Time) *internalv1.CatchUpResponse {
	r.t.Helper()
	in := &internalv1.CatchUpRequest{Provider: "p", Until: timestamppb.New(until)}
	for name, h := range r.peers {
		heads, err := h.Feed.Heads(r.t.Context())
		if err != nil {
			r.t.Fatal(err)
		}
		at := map[int32]int64{}
		for stream, n := range heads {
			if n > 0 {
				at[int32(stream)] = n
			}
		}
		in.Sources = append(in.Sources, &internalv1.Heads{Service: name, Positions: at})
	}
	out, err := r.peer().CatchUp(r.t.Context(), in)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func (r *rig) peer() internalv1.PeerServiceClient {
	return internalv1.NewPeerServiceClient(r.Env.Directory.Peer("compliance"))
}

// advance moves the clock to 09:00 of a day and runs what falls due before.
func (r *rig) advance(day string) {
	r.t.Helper()
	until := r.at(day)
	for range 100 {
		out := r.catchUp(until)
		if !out.GetHasDue() {
			break
		}
		r.set(out.GetDueTime().AsTime())
		if _, err := r.peer().RunDue(r.t.Context(), &internalv1.RunDueRequest{Provider: "p", DueTime: out.GetDueTime(), Rank: out.GetDueRank()}); err != nil {
			r.t.Fatal(err)
		}
	}
	r.set(until)
}

func (r *rig) set(to time.Time) {
	r.t.Helper()
	r.now = to
	for name := range r.peers {
		c := internalv1.NewPeerServiceClient(r.Env.Directory.Peer(name))
		if _, err := c.SetClock(r.t.Context(), &internalv1.SetClockRequest{Provider: "p", Now: timestamppb.New(to)}); err != nil {
			r.t.Fatal(err)
		}
	}
	if _, err := r.peer().SetClock(r.t.Context(), &internalv1.SetClockRequest{Provider: "p", Now: timestamppb.New(to)}); err != nil {
		r.t.Fatal(err)
	}
}

func day(s string) *datepb.Date {
	d := date.MustParse(s)
	return &datepb.Date{Year: int32(d.Year), Month: int32(d.Month), Day: int32(d.Day)}
}

func text(d *datepb.Date) string {
	if d == nil {
		return ""
	}
	return date.New(int(d.GetYear()), time.Month(d.GetMonth()), int(d.GetDay())).String()
}

func hkd(units int64) *moneypb.Money { return &moneypb.Money{CurrencyCode: "HKD", Units: units} }

// conclude tells of a contract with two services.
func (r *rig) conclude() {
	r.t.Helper()
	of := &contractv1.ContractFacts{Contract: contract, TermsRevision: provider + "/terms/cpc/revisions/2018-03", TermsHash: r.registry.hash, Currency: "HKD"}
	r.tell("billing", "contract_concluded", contract, &billingv1.Change{Body: &billingv1.Change_ContractConcluded{
		ContractConcluded: &contractv1.ContractConcluded{Contract: of},
	}})
	for _, s := range []string{compute, backup} {
		r.service(s, "", "", 0)
	}
}

// service tells of a service; with a last day, that its end is fixed.
func (r *rig) service(name, last, cause string, version int64) {
	r.t.Helper()
	f := &contractv1.SubscriptionFacts{
		Subscription: name, Contract: &contractv1.ContractFacts{Contract: contract}, Kind: "COMPUTE",
		State: contractv1.Subscription_STATE_ACTIVE, EndCause: cause, EndVersion: version,
	}
	if last == "" {
		r.tell("billing", "subscription_changed", name, &billingv1.Change{Body: &billingv1.Change_SubscriptionChanged{
			SubscriptionChanged: &contractv1.SubscriptionChanged{Subscription: f},
		}})
		return
	}
	f.LastDay = day(last)
	r.tell("billing", "subscription_ended", name, &billingv1.Change{Body: &billingv1.Change_SubscriptionEnded{
		SubscriptionEnded: &contractv1.SubscriptionEnded{Subscription: f, Clause: "cpc/34"},
	}})
}

// overdue tells that the account is in arrears.
func (r *rig) overdue(due, since string, services ...string) {
	r.t.Helper()
	r.tell("billing", "account_overdue", account, &billingv1.Change{Body: &billingv1.Change_AccountOverdue{
		AccountOverdue: &billingv1.AccountOverdue{Account: account, Since: day(since), OldestDue: day(due), Open: hkd(4000), Subscriptions: services},
	}})
}

// cleared tells that nothing is overdue any more.
func (r *rig) cleared(on string) {
	r.t.Helper()
	r.tell("billing", "account_cleared", account, &billingv1.Change{Body: &billingv1.Change_AccountCleared{
		AccountCleared: &billingv1.AccountCleared{Account: account, ClearedDate: day(on)},
	}})
}

// settled tells that a document with these charges is paid.
func (r *rig) settled(on string, identities ...string) {
	r.t.Helper()
	r.tell("billing", "invoice_settled", account, &billingv1.Change{Body: &billingv1.Change_InvoiceSettled{
		InvoiceSettled: &billingv1.InvoiceSettled{Account: account, Invoice: account + "/invoices/hk-9", PaidDate: day(on), Identities: identities},
	}})
}

// do is the answer of a call that must not be refused.
func do[Q, A any](r *rig, ctx context.Context, call func(context.Context, *Q, ...grpc.CallOption) (*A, error), in *Q) *A { //nolint:revive // the rig carries the test
	r.t.Helper()
	out, err := call(ctx, in)
	if err != nil {
		r.t.Fatalf("%T: %v", in, fault.FromStatus(err))
	}
	return out
}

// refused checks that a call is refused for the reason.
func refused[Q, A any](r *rig, ctx context.Context, call func(context.Context, *Q, ...grpc.CallOption) (*A, error), in *Q, reason string) { //nolint:revive // the rig carries the test
	r.t.Helper()
	_, err := call(ctx, in)
	f := fault.FromStatus(err)
	if f == nil || f.Reason != reason {
		r.t.Errorf("%T: %v, want the reason %s", in, f, reason)
	}
}

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// deposit tells that the deposit is complete.
func (r *rig) deposit() {
	r.t.Helper()
	r.tell("billing", "deposit_held", account, &billingv1.Change{Body: &billingv1.Change_DepositHeld{
		DepositHeld: &billingv1.DepositHeld{Account: account, Balance: hkd(15000)},
	}})
}

// changes lists what compliance told the customer, of one type or "" for all.
func (r *rig) changes(typ string) []*compliancev1.Change {
	r.t.Helper()
	var out []*compliancev1.Change
	in := &compliancev1.ListChangesRequest{Parent: provider, PageSize: 3}
	for {
		page := do(r, r.operator(), r.feed.ListChanges, in)
		for _, c := range page.GetChanges() {
			if typ == "" || c.GetHead().GetType() == typ {
				out = append(out, c)
			}
		}
		if in.PageToken = page.GetNextPageToken(); in.PageToken == "" {
			return out
		}
	}
}
