package sla

import (
	"context"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"
	gdate "google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	internalv1 "cloudpact.dev/gen/go/cloudpact/internalapi/v1"
	slav1 "cloudpact.dev/gen/go/cloudpact/sla/v1"
	termsv1 "cloudpact.dev/gen/go/cloudpact/terms/v1"
	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
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
	contract = provider + "/customers/harbour/contracts/smartcloud"
	backup   = contract + "/subscriptions/backup"
	revision = provider + "/terms/cpc/revisions/2018-03"
)

var harbour = commit.Key{Provider: "p", Customer: "harbour"}

// registry is the part of billing that sla calls.
type registry struct {
	contractv1.UnimplementedRegistryServiceServer
	body  *termsv1.Terms
	hash  string
	now   time.Time
	asked int
}

func (r *registry) GetRevision(_ context.Context, in *contractv1.GetRevisionRequest) (*contractv1.Revision, error) {
	r.asked++
	return &contractv1.Revision{Name: in.GetName(), Hash: r.hash, Body: r.body}, nil
}

func (r *registry) GetProvider(_ context.Context, in *contractv1.GetProviderRequest) (*contractv1.Provider, error) {
	return &contractv1.Provider{Name: in.GetName(), Mode: contractv1.Provider_MODE_SANDBOX}, nil
}

func (r *registry) GetClock(_ context.Context, in *contractv1.GetClockRequest) (*contractv1.Clock, error) {
	return &contractv1.Clock{Name: in.GetName(), Now: timestamppb.New(r.now)}, nil
}

// rig is sla beside services that publish what the test says.
type rig struct {
	*hosttest.Process
	t        *testing.T
	registry *registry
	peers    map[string]*host.Host
	own      *host.Host
	api      slav1.SlaServiceClient
	feed     slav1.ChangeServiceClient
}

// newRig starts at an instant in Hong Kong, "2024-03-01 09:00".
func newRig(t *testing.T, cfg db.Config, peers func() db.Config, start string) *rig {
	t.Helper()
	folder, err := shipped.Load("cpc")
	if err != nil {
		t.Fatal(err)
	}
	body, err := wire.ToProto(folder.Terms)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{Process: hosttest.New(t), t: t, peers: map[string]*host.Host{}}
	r.registry = &registry{body: body, hash: folder.Hash, now: instant(start)}
	encode := func(d commit.Draft) (string, []byte, error) {
		b, err := proto.Marshal(d.Body.(proto.Message))
		return d.Type, b, err
	}
	for _, name := range []string{"billing", "compliance", "token"} {
		r.peers[name] = r.Host(t, peers(), host.Spec{Name: name, Encode: encode})
	}
	hosttest.Register(t, r.peers["billing"], host.Parts{Hosted: []rpc.Hosted{{Desc: &contractv1.RegistryService_ServiceDesc, Impl: r.registry}}})
	r.own = r.Host(t, cfg, spec(r.Env.Directory))
	hosttest.Register(t, r.own, parts(r.own, newApp(r.own)))
	r.Start(t)
	r.api = slav1.NewSlaServiceClient(r.Conn("sla"))
	r.feed = slav1.NewChangeServiceClient(r.Conn("sla"))
	return r
}

// instant is "2024-03-01 09:00" in Hong Kong.
func instant(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04 -0700", s+" +0800")
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func ts(s string) *timestamppb.Timestamp {
	if s == "" {
		return nil
	}
	return timestamppb.New(instant(s))
}

func day(s string) *gdate.Date {
	if s == "" {
		return nil
	}
	d := date.MustParse(s)
	return &gdate.Date{Year: int32(d.Year), Month: int32(d.Month), Day: int32(d.Day)}
}

func (r *rig) operator() context.Context { return r.As(r.t.Context(), rpc.RoleOperator) }

func (r *rig) peer() internalv1.PeerServiceClient {
	return internalv1.NewPeerServiceClient(r.Env.Directory.Peer("sla"))
}

// tell lets a service publish a fact, and sla take it in.
func (r *rig) tell(source, typ string, change proto.Message) {
	r.t.Helper()
	err := commit.Exec(r.t.Context(), r.peers[source].Commit, harbour, func(_ context.Context, tx *commit.Tx) error {
		tx.Publish(commit.Draft{Type: typ, Subject: "test", Body: change})
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.catchUp(r.registry.now)
	parked, err := r.own.ListParked(r.t.Context(), "", "")
	if err != nil || len(parked) > 0 {
		r.t.Fatalf("parked: %+v, %v", parked, err)
	}
}

// catchUp lets sla take in everything, as an advance of the clock does.
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

// advance moves the clock and runs what falls due before.
func (r *rig) advance(to string) {
	r.t.Helper()
	until := instant(to)
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
	r.registry.now = to
	if _, err := r.peer().SetClock(r.t.Context(), &internalv1.SetClockRequest{Provider: "p", Now: timestamppb.New(to)}); err != nil {
		r.t.Fatal(err)
	}
}

// facts are what the book says of the backup service.
func (r *rig) facts() *contractv1.SubscriptionFacts {
	return &contractv1.SubscriptionFacts{
		Subscription: backup, Kind: "C2C_BACKUP", State: contractv1.Subscription_STATE_ACTIVE, CommencementDate: day("2024-01-10"),
		Contract: &contractv1.ContractFacts{Contract: contract, TermsRevision: revision, TermsHash: r.registry.hash, Currency: "HKD"},
		Units: []*contractv1.UnitFacts{
			{Unit: backup + "/units/vm-1"}, {Unit: backup + "/units/vm-2"}, {Unit: backup + "/units/vm-3"},
		},
	}
}

// book tells of a subscription.
func (r *rig) book(f *contractv1.SubscriptionFacts) {
	r.t.Helper()
	r.tell("billing", "subscription_changed", &billingv1.Change{Body: &billingv1.Change_SubscriptionChanged{
		SubscriptionChanged: &contractv1.SubscriptionChanged{Subscription: f},
	}})
}

// hold tells that the backup service is suspended, or with lifted that it is not.
func (r *rig) hold(id, placed, lifted string) {
	r.t.Helper()
	if lifted == "" {
		r.tell("compliance", "hold_placed", &compliancev1.Change{Body: &compliancev1.Change_HoldPlaced{HoldPlaced: &compliancev1.HoldPlaced{
			Contract: contract, Hold: contract + "/holds/" + id, Subscriptions: []string{backup}, PlacedTime: ts(placed), Clause: "cpc/31(i)",
		}}})
		return
	}
	r.tell("compliance", "hold_lifted", &compliancev1.Change{Body: &compliancev1.Change_HoldLifted{HoldLifted: &compliancev1.HoldLifted{
		Contract: contract, Hold: contract + "/holds/" + id, Subscriptions: []string{backup}, LiftedTime: ts(lifted),
	}}})
}

// capacity tells that a service's store passed a threshold.
func (r *rig) capacity(subscription string, percent int32, at string, notified bool) {
	r.t.Helper()
	r.tell("token", "snapshot_capacity_crossed", &tokenv1.Change{Body: &tokenv1.Change_SnapshotCapacityCrossed{
		SnapshotCapacityCrossed: &tokenv1.SnapshotCapacityCrossed{Subscription: subscription, Percent: percent, ReportTime: ts(at), Notified: notified},
	}})
}

// do is the answer of a call that must not be refused.
func do[Q, A any](r *rig, call func(context.Context, *Q, ...grpc.CallOption) (*A, error), in *Q) *A {
	r.t.Helper()
	out, err := call(r.operator(), in)
	if err != nil {
		r.t.Fatalf("%T: %v", in, fault.FromStatus(err))
	}
	return out
}

// refused checks that a call is refused for the reason, with the field at fault
// unless that is "".
func refused[Q, A any](r *rig, ctx context.Context, call func(context.Context, *Q, ...grpc.CallOption) (*A, error), in *Q, reason, field string) { //nolint:revive // the rig carries the test
	r.t.Helper()
	_, err := call(ctx, in)
	f := fault.FromStatus(err)
	if f == nil || f.Reason != reason {
		r.t.Errorf("%T: %v, want the reason %s", in, f, reason)
		return
	}
	if field != "" && !slices.ContainsFunc(f.Fields, func(x fault.Field) bool { return x.Path == field }) {
		r.t.Errorf("%T: %v names the fields %v, want %s", in, f, f.Fields, field)
	}
}

// target creates a target of a unit of the backup service.
func (r *rig) target(id, unit string) string {
	r.t.Helper()
	return do(r, r.api.CreateTarget, &slav1.CreateTargetRequest{
		Parent: provider, TargetId: id, Target: &slav1.Target{Subscription: backup, Unit: unit},
	}).GetName()
}

// run records a failed backup.
func (r *rig) run(target, id, from, to string) {
	r.t.Helper()
	do(r, r.api.RecordRun, &slav1.RecordRunRequest{Parent: target, RunId: id, Run: &slav1.Run{Operation: "BACKUP", StartTime: ts(from), EndTime: ts(to)}})
}

// breach records that a server was off.
func (r *rig) breach(target, id, from, to string) *slav1.DutyBreach {
	r.t.Helper()
	return do(r, r.api.RecordDutyBreach, &slav1.RecordDutyBreachRequest{
		Parent: target, DutyBreachId: id, DutyBreach: &slav1.DutyBreach{Clause: "cpc/S3/3.2", StartTime: ts(from), EndTime: ts(to)},
	})
}

// assessments lists the newest versions of a target's.
func (r *rig) assessments(target string) []*slav1.Assessment {
	r.t.Helper()
	return do(r, r.api.ListAssessments, &slav1.ListAssessmentsRequest{Parent: target}).GetAssessments()
}

// verdict is the newest verdict on a subject: a record, or a month.
func (r *rig) verdict(target, subject string) *slav1.Assessment {
	r.t.Helper()
	for _, a := range r.assessments(target) {
		if a.GetSubject() == subject {
			return a
		}
	}
	r.t.Fatalf("no assessment of %s", subject)
	return nil
}

// changes lists what sla told, of one type.
func (r *rig) changes(typ string) []*slav1.Change {
	r.t.Helper()
	var out []*slav1.Change
	in := &slav1.ListChangesRequest{Parent: provider, PageSize: 3}
	for {
		page := do(r, r.feed.ListChanges, in)
		for _, c := range page.GetChanges() {
			if c.GetHead().GetType() == typ {
				out = append(out, c)
			}
		}
		if in.PageToken = page.GetNextPageToken(); in.PageToken == "" {
			return out
		}
	}
}

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
