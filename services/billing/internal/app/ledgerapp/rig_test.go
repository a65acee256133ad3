package ledgerapp_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	datepb "google.golang.org/genproto/googleapis/type/date"
	moneypb "google.golang.org/genproto/googleapis/type/money"
	"google.golang.org/protobuf/types/known/timestamppb"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	termsv1 "cloudpact.dev/gen/go/cloudpact/terms/v1"
	"cloudpact.dev/services/billing/internal/app/bookapp"
	"cloudpact.dev/services/billing/internal/app/ledgerapp"
	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/billing/internal/peers"
	"cloudpact.dev/services/billing/internal/store"
	"cloudpact.dev/services/billing/internal/store/migrations"
	"cloudpact.dev/services/billing/internal/transport"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/host/hosttest"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/terms/load"
	"cloudpact.dev/services/terms/shipped"
	"cloudpact.dev/services/terms/wire"
)

// rig is billing served in one process: book and ledger.
type rig struct {
	*hosttest.Process
	host      *host.Host
	app       *ledgerapp.App
	registry  contractv1.RegistryServiceClient
	contracts contractv1.ContractServiceClient
	billing   billingv1.BillingServiceClient
	changes   billingv1.ChangeServiceClient
	admin     context.Context
	operator  context.Context
	approver  context.Context
}

const (
	acme     = "providers/acme"
	customer = acme + "/customers/blue"
	revision = acme + "/terms/cpc/revisions/r2018-03"
)

func newRig(t *testing.T) *rig { return newRigOn(t, dbtest.SQLiteConfig(t)) }

func newRigOn(t *testing.T, cfg db.Config) *rig {
	t.Helper()
	r := &rig{Process: hosttest.New(t)}
	r.host = r.Host(t, cfg, host.Spec{Name: bookapp.Service, Migrations: migrations.Files, Encode: transport.EncodeChange})
	policies := bookapp.NewPolicies(store.Book{})
	b := bookapp.New(bookapp.Deps{
		Commit: r.host.Commit, DB: r.host.DB, Clocks: r.host.Clocks, Deadlines: r.host.Deadlines,
		Store: store.Book{}, Policies: policies, Peers: peers.NewTime(r.host.Directory), Log: r.host.Log,
	})
	r.app = ledgerapp.New(ledgerapp.Deps{Commit: r.host.Commit, DB: r.host.DB, Clocks: r.host.Clocks, Store: store.Ledger{}, Book: store.Book{}, Policies: policies})
	pager := transport.NewPager("")
	all := deadline.Registry{}
	for _, reg := range []deadline.Registry{b.Deadlines(), r.app.Deadlines()} {
		for k, h := range reg {
			all[k] = h
		}
	}
	hosttest.Register(t, r.host, host.Parts{
		Consumers: peers.LedgerConsumers(r.app.Take)[:1],
		Deadlines: all,
		Hosted: []rpc.Hosted{
			{Desc: &contractv1.RegistryService_ServiceDesc, Impl: transport.NewRegistry(b, pager)},
			{Desc: &contractv1.ContractService_ServiceDesc, Impl: transport.NewContracts(b, pager)},
			{Desc: &billingv1.BillingService_ServiceDesc, Impl: transport.NewLedger(r.app, pager)},
			{Desc: &billingv1.ChangeService_ServiceDesc, Impl: transport.NewChanges(r.host.Feed, pager, func() (<-chan struct{}, func()) { return nil, func() {} })},
			{Desc: transport.OperationsDesc(), Impl: transport.NewOperations(b, pager), Access: transport.OperationsAccess()},
		},
	})
	r.Start(t)
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	cc := r.Conn(bookapp.Service)
	r.registry, r.contracts = contractv1.NewRegistryServiceClient(cc), contractv1.NewContractServiceClient(cc)
	r.billing, r.changes = billingv1.NewBillingServiceClient(cc), billingv1.NewChangeServiceClient(cc)
	r.admin, r.operator, r.approver = r.As(t.Context(), rpc.RoleAdmin), r.As(t.Context(), rpc.RoleOperator), r.As(t.Context(), rpc.RoleApprover)
	return r
}

// must gives an answer or ends the test.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refused fails unless the error has the reason and, if given, names the field.
func refused(t *testing.T, err error, reason, field string) {
	t.Helper()
	f := fault.FromStatus(err)
	if f == nil || f.Reason != reason {
		t.Fatalf("got %v, want %s", err, reason)
	}
	for _, x := range f.Fields {
		if x.Path == field {
			return
		}
	}
	if field != "" {
		t.Errorf("%s names %+v, not %s", reason, f.Fields, field)
	}
}

// sandbox makes the provider, its terms and a customer; the clock starts at 00:00
// in Hong Kong.
func (r *rig) sandbox(t *testing.T, start string) {
	t.Helper()
	must[*contractv1.Provider](t)(r.registry.CreateProvider(r.admin, &contractv1.CreateProviderRequest{
		ProviderId: "acme",
		Provider: &contractv1.Provider{
			Mode: contractv1.Provider_MODE_SANDBOX, InvoiceSeries: "HK",
			StartTime: timestamppb.New(date.MustParse(start).Start(time.FixedZone("HKT", 8*3600))),
		},
	}))
	f := must[*load.Folder](t)(shipped.Load("cpc"))
	body := must[*termsv1.Terms](t)(wire.ToProto(f.Terms))
	must[*contractv1.Revision](t)(r.registry.RegisterRevision(r.operator, &contractv1.RegisterRevisionRequest{
		Parent: acme + "/terms/cpc", RevisionId: "r2018-03", Body: body,
	}))
	must[*contractv1.Customer](t)(r.registry.CreateCustomer(r.operator, &contractv1.CreateCustomerRequest{
		Parent: acme, CustomerId: "blue",
		Customer: &contractv1.Customer{Title: "Blue Ltd", Email: "it@blue.example"},
	}))
}

// accepted concludes a contract with one accepted order.
func (r *rig) accepted(t *testing.T, id string, o *contractv1.Order, readings map[string]string) string {
	t.Helper()
	c := must[*contractv1.Contract](t)(r.contracts.ConcludeContract(r.operator, &contractv1.ConcludeContractRequest{
		Parent: customer, ContractId: id,
		Contract: &contractv1.Contract{TermsRevision: revision, Currency: "HKD", Readings: readings},
	}))
	order := must[*contractv1.Order](t)(r.contracts.CreateOrder(r.operator, &contractv1.CreateOrderRequest{Parent: c.GetName(), OrderId: "first", Order: o}))
	now := must[*contractv1.Clock](t)(r.registry.GetClock(r.operator, &contractv1.GetClockRequest{Name: acme + "/clock"}))
	day := pb(date.Of(now.GetNow().AsTime(), time.FixedZone("HKT", 8*3600)).String())
	for _, p := range []contractv1.Party{contractv1.Party_PARTY_CUSTOMER, contractv1.Party_PARTY_PROVIDER} {
		must[*contractv1.Order](t)(r.contracts.SignOrder(r.operator, &contractv1.SignOrderRequest{Name: order.GetName(), Party: p, SignedDate: day}))
	}
	must[*contractv1.Order](t)(r.contracts.AcceptOrder(r.operator, &contractv1.AcceptOrderRequest{Name: order.GetName(), AcceptanceDate: day}))
	return c.GetName()
}

// commenced is accepted and then confirmed from a day on; the clock stands after
// the window.
func (r *rig) commenced(t *testing.T, scd, after string, o *contractv1.Order, readings map[string]string) string {
	t.Helper()
	c := r.accepted(t, "main", o, readings)
	r.advance(t, scd)
	for _, s := range o.GetServices() {
		must[*contractv1.Subscription](t)(r.contracts.NotifyReadiness(r.operator, &contractv1.NotifyReadinessRequest{
			Name: c + "/subscriptions/" + s.GetSubscriptionId(), NoticeDate: pb(scd),
		}))
	}
	r.advance(t, after)
	return c
}

// advance moves the clock to the start of a day.
func (r *rig) advance(t *testing.T, to string) {
	t.Helper()
	op := must[*longrunningpb.Operation](t)(r.registry.AdvanceClock(r.operator, &contractv1.AdvanceClockRequest{Name: acme + "/clock", TargetDate: pb(to)}))
	if !op.GetDone() || op.GetError() != nil {
		t.Fatalf("%v", op)
	}
}

// take gives the ledger a fact of another service.
func (r *rig) take(t *testing.T, fact any) {
	t.Helper()
	err := commit.Exec(commit.Internal(t.Context()), r.host.Commit, feed.Key{Provider: "acme", Customer: "blue"}, func(ctx context.Context, tx *commit.Tx) error {
		return r.app.Take(ctx, tx, ledger.Change{Fact: fact})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func contractKey(name string) book.ContractKey {
	p := strings.Split(name, "/")
	return book.ContractKey{Provider: p[1], Customer: p[3], Contract: p[5]}
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

func hkd(text string) *moneypb.Money {
	m := money.MustParse("HKD", text)
	return &moneypb.Money{CurrencyCode: "HKD", Units: m.Minor / 100, Nanos: int32(m.Minor % 100 * 10_000_000)}
}

func text(m *moneypb.Money) string {
	return money.New("HKD", m.GetUnits()*100+int64(m.GetNanos())/10_000_000).Decimal()
}

func compute(prices ...*contractv1.Price) *contractv1.OrderedService {
	if len(prices) == 0 {
		prices = []*contractv1.Price{{ItemId: "base", Item: "RECURRENT", Amount: "5000.00"}}
	}
	return &contractv1.OrderedService{SubscriptionId: "web", Kind: "COMPUTE", Prices: prices, Units: []*contractv1.OrderedUnit{{UnitId: "vm-1"}}}
}

func order(months int32, services ...*contractv1.OrderedService) *contractv1.Order {
	return &contractv1.Order{TermMonths: months, Services: services}
}

// documents lists all documents of an account as "number kind date due total".
func (r *rig) documents(t *testing.T, contract string) []string {
	t.Helper()
	var out []string
	token := ""
	for {
		l := must[*billingv1.ListInvoicesResponse](t)(r.billing.ListInvoices(r.operator, &billingv1.ListInvoicesRequest{
			Parent: contract + "/accounts/main", PageSize: 3, PageToken: token, View: billingv1.View_VIEW_FULL,
		}))
		for _, i := range l.GetInvoices() {
			out = append(out, strings.Join([]string{i.GetNumber(), strings.TrimPrefix(i.GetKind().String(), "KIND_"), dates(i.GetInvoiceDate()), dates(i.GetDueDate()), text(i.GetTotal())}, " "))
			sum := int64(0)
			for _, line := range i.GetLines() {
				sum += line.GetAmount().GetUnits()*100 + int64(line.GetAmount().GetNanos())/10_000_000
				if line.GetExplanation() == nil || len(line.GetCitations()) == 0 {
					t.Errorf("%s: the line %s is not explained", i.GetNumber(), line.GetIdentity())
				}
			}
			if money.New("HKD", sum).Decimal() != text(i.GetTotal()) {
				t.Errorf("%s: lines sum to %d", i.GetNumber(), sum)
			}
		}
		if token = l.GetNextPageToken(); token == "" {
			return out
		}
	}
}

func (r *rig) expect(t *testing.T, contract string, want ...string) {
	t.Helper()
	got := r.documents(t, contract)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Fatalf("documents\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// sound checks what holds at any time: every stored explanation evaluates to the
// stored figure, the journal sums to zero, and billing again writes nothing.
func (r *rig) sound(t *testing.T, contract string) {
	t.Helper()
	k := ledger.MainOf(contractKey(contract))
	charges, err := store.Ledger{}.Charges(t.Context(), r.host.DB.Read(), k, ledger.ChargeFilter{Limit: 10000})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range charges {
		linked(t, c.Explanation.Citations())
		if err := explain.Check(c.Explanation); err != nil {
			t.Errorf("%s/%d: %v", c.Identity, c.Sequence, err)
		}
		if last, ok := c.Explanation.Final(); !ok || !ratio.MustParse(last.Result).Equal(c.Amount.Ratio()) {
			t.Errorf("%s/%d: explained %s, charged %s", c.Identity, c.Sequence, last.Result, c.Amount)
		}
	}
	run := must[*billingv1.RunBillingResponse](t)(r.billing.RunBilling(r.operator, &billingv1.RunBillingRequest{Parent: contract + "/accounts/main"}))
	if len(run.GetCharges()) != 0 || len(run.GetInvoices()) != 0 {
		t.Errorf("billing again writes %v", run)
	}
	sum, owed := int64(0), int64(0)
	for _, b := range must[*billingv1.TrialBalance](t)(r.billing.GetTrialBalance(r.operator, &billingv1.GetTrialBalanceRequest{Name: contract + "/accounts/main"})).GetBooks() {
		minor := b.GetAmount().GetUnits()*100 + int64(b.GetAmount().GetNanos())/10_000_000
		sum += minor
		if b.GetBook() == "RECEIVABLE" || b.GetBook() == "CUSTOMER_CREDIT" {
			owed += minor
		}
	}
	if sum != 0 {
		t.Errorf("the journal sums to %d", sum)
	}
	a := must[*billingv1.Account](t)(r.billing.GetAccount(r.operator, &billingv1.GetAccountRequest{Name: contract + "/accounts/main"}))
	if money.New("HKD", owed).Decimal() != text(a.GetBalance()) {
		t.Errorf("the journal says that %d is owed, the account %s", owed, text(a.GetBalance()))
	}
}

func mustMoney(text string) money.Money { return money.MustParse("HKD", text) }

// linked fails where a citation names a reading that does not rest on its clause.
func linked(t *testing.T, cites []explain.Citation) {
	t.Helper()
	f := must[*load.Folder](t)(shipped.Load("cpc"))
	for _, c := range cites {
		for _, r := range c.Readings {
			rd, ok := f.Terms.Reading(r.Name)
			if !ok || len(rd.Clauses) > 0 && !slices.Contains(rd.Clauses, c.Clause) {
				t.Errorf("%s is cited with the reading %s, which decides nothing about it", c.Clause, r.Name)
			}
		}
	}
}
