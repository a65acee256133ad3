package bookapp_test

import (
	"context"
	"testing"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	datepb "google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/types/known/timestamppb"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	termsv1 "cloudpact.dev/gen/go/cloudpact/terms/v1"
	"cloudpact.dev/services/billing/internal/app/bookapp"
	"cloudpact.dev/services/billing/internal/peers"
	"cloudpact.dev/services/billing/internal/store"
	"cloudpact.dev/services/billing/internal/store/migrations"
	"cloudpact.dev/services/billing/internal/transport"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/host/hosttest"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/terms/load"
	"cloudpact.dev/services/terms/shipped"
	"cloudpact.dev/services/terms/wire"
)

// rig is the book served in one process, with clients for callers of every role.
type rig struct {
	*hosttest.Process
	host      *host.Host
	app       *bookapp.App
	registry  contractv1.RegistryServiceClient
	contracts contractv1.ContractServiceClient
	ops       longrunningpb.OperationsClient
	admin     context.Context
	operator  context.Context
}

const (
	acme     = "providers/acme"
	customer = acme + "/customers/blue"
	revision = acme + "/terms/cpc/revisions/r2018-03"
)

// newRig serves the book on an SQLite database; more adds hosts before the start.
func newRig(t testing.TB, more ...func(*rig)) *rig {
	return newRigOn(t, dbtest.SQLiteConfig(t), more...)
}

func newRigOn(t testing.TB, cfg db.Config, more ...func(*rig)) *rig {
	t.Helper()
	r := &rig{Process: hosttest.New(t)}
	r.host = r.Host(t, cfg, host.Spec{Name: bookapp.Service, Migrations: migrations.Files, Encode: transport.EncodeChange})
	r.app = bookapp.New(bookapp.Deps{
		Commit: r.host.Commit, DB: r.host.DB, Clocks: r.host.Clocks, Deadlines: r.host.Deadlines,
		Store: store.Book{}, Policies: bookapp.NewPolicies(store.Book{}), Peers: peers.NewTime(r.host.Directory), Log: r.host.Log,
	})
	pager := transport.NewPager("")
	hosttest.Register(t, r.host, host.Parts{
		Consumers: []feed.Consumer{peers.BookConsumer(r.app)},
		Deadlines: r.app.Deadlines(),
		Hosted: []rpc.Hosted{
			{Desc: &contractv1.RegistryService_ServiceDesc, Impl: transport.NewRegistry(r.app, pager)},
			{Desc: &contractv1.ContractService_ServiceDesc, Impl: transport.NewContracts(r.app, pager)},
			{Desc: transport.OperationsDesc(), Impl: transport.NewOperations(r.app, pager), Access: transport.OperationsAccess()},
		},
	})
	for _, add := range more {
		add(r)
	}
	r.Start(t)
	if err := r.app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.app.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	cc := r.Conn(bookapp.Service)
	r.registry, r.contracts, r.ops = contractv1.NewRegistryServiceClient(cc), contractv1.NewContractServiceClient(cc), longrunningpb.NewOperationsClient(cc)
	r.admin, r.operator = r.As(t.Context(), rpc.RoleAdmin), r.As(t.Context(), rpc.RoleOperator)
	return r
}

// must gives an answer or ends the test.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refused fails unless the error has the reason and, if given, names the field.
func refused(t testing.TB, err error, reason, field string) {
	t.Helper()
	f := fault.FromStatus(err)
	if f == nil || f.Reason != reason {
		t.Fatalf("got %v, want %s", err, reason)
	}
	if field == "" {
		return
	}
	for _, x := range f.Fields {
		if x.Path == field {
			return
		}
	}
	t.Errorf("%s names %+v, not %s", reason, f.Fields, field)
}

// sandbox makes the provider, its terms and a customer; the clock starts at
// 00:00 in Hong Kong.
func (r *rig) sandbox(t testing.TB, start string) {
	t.Helper()
	zone := time.FixedZone("HKT", 8*3600)
	must[*contractv1.Provider](t)(r.registry.CreateProvider(r.admin, &contractv1.CreateProviderRequest{
		ProviderId: "acme",
		Provider: &contractv1.Provider{
			Mode: contractv1.Provider_MODE_SANDBOX, InvoiceSeries: "HK",
			StartTime: timestamppb.New(date.MustParse(start).Start(zone)),
		},
	}))
	r.register(t)
	must[*contractv1.Customer](t)(r.registry.CreateCustomer(r.operator, &contractv1.CreateCustomerRequest{
		Parent: acme, CustomerId: "blue",
		Customer: &contractv1.Customer{Title: "Blue Ltd", Email: "it@blue.example"},
	}))
}

func (r *rig) register(t testing.TB) *contractv1.Revision {
	t.Helper()
	f := must[*load.Folder](t)(shipped.Load("cpc"))
	body := must[*termsv1.Terms](t)(wire.ToProto(f.Terms))
	return must[*contractv1.Revision](t)(r.registry.RegisterRevision(r.operator, &contractv1.RegisterRevisionRequest{
		Parent: acme + "/terms/cpc", RevisionId: "r2018-03", Body: body,
	}))
}

// accepted concludes a contract and takes its one order as far as acceptance, on
// the provider's today.
func (r *rig) accepted(t testing.TB, id string, o *contractv1.Order, readings map[string]string) string {
	t.Helper()
	c := must[*contractv1.Contract](t)(r.contracts.ConcludeContract(r.operator, &contractv1.ConcludeContractRequest{
		Parent: customer, ContractId: id,
		Contract: &contractv1.Contract{TermsRevision: revision, Currency: "HKD", Readings: readings},
	}))
	order := must[*contractv1.Order](t)(r.contracts.CreateOrder(r.operator, &contractv1.CreateOrderRequest{Parent: c.GetName(), OrderId: "first", Order: o}))
	day := r.today(t)
	for _, p := range []contractv1.Party{contractv1.Party_PARTY_CUSTOMER, contractv1.Party_PARTY_PROVIDER} {
		must[*contractv1.Order](t)(r.contracts.SignOrder(r.operator, &contractv1.SignOrderRequest{Name: order.GetName(), Party: p, SignedDate: day}))
	}
	must[*contractv1.Order](t)(r.contracts.AcceptOrder(r.operator, &contractv1.AcceptOrderRequest{Name: order.GetName(), AcceptanceDate: day}))
	return c.GetName()
}

func (r *rig) today(t testing.TB) *datepb.Date {
	t.Helper()
	now := must[*contractv1.Clock](t)(r.registry.GetClock(r.operator, &contractv1.GetClockRequest{Name: acme + "/clock"}))
	d := date.Of(now.GetNow().AsTime(), time.FixedZone("HKT", 8*3600))
	return pb(d.String())
}

// advance moves the clock to the start of a day.
func (r *rig) advance(t testing.TB, to string) *longrunningpb.Operation {
	t.Helper()
	op := must[*longrunningpb.Operation](t)(r.registry.AdvanceClock(r.operator, &contractv1.AdvanceClockRequest{Name: acme + "/clock", TargetDate: pb(to)}))
	if !op.GetDone() || op.GetError() != nil {
		t.Fatalf("%v", op)
	}
	return op
}

func (r *rig) subscription(t testing.TB, name string) *contractv1.Subscription {
	t.Helper()
	return must[*contractv1.Subscription](t)(r.contracts.GetSubscription(r.operator, &contractv1.GetSubscriptionRequest{Name: name}))
}

func pb(text string) *datepb.Date {
	d := date.MustParse(text)
	return &datepb.Date{Year: int32(d.Year), Month: int32(d.Month), Day: int32(d.Day)}
}

func dates(d *datepb.Date) string {
	if d == nil {
		return ""
	}
	return date.New(int(d.GetYear()), time.Month(d.GetMonth()), int(d.GetDay())).String()
}

func service(id, kind string, units ...string) *contractv1.OrderedService {
	s := &contractv1.OrderedService{
		SubscriptionId: id, Kind: kind, Tokens: 10,
		Prices: []*contractv1.Price{{ItemId: "base", Item: "RECURRENT", Amount: "5000.00"}},
	}
	for _, u := range units {
		s.Units = append(s.Units, &contractv1.OrderedUnit{UnitId: u})
	}
	return s
}
