package ledgerapp_test

import (
	"context"
	"fmt"
	"math/rand"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/type/decimal"
	"google.golang.org/protobuf/types/known/timestamppb"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
)

// TestOrderOfPayments: two payments and a correction of the past come to the same
// figures in whatever order they are recorded.
func TestOrderOfPayments(t *testing.T) {
	type paid struct{ id, amount, on string }
	all := []paid{{"a", "3000.00", "2024-02-20"}, {"b", "4000.00", "2024-02-18"}, {"c", "1000.00", "2024-03-01"}, {"d", "9000.00", "2024-03-10"}}
	var first string
	for _, order_ := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}} {
		r := newRig(t)
		r.sandbox(t, "2024-01-10")
		c := r.commenced(t, "2024-01-15", "2024-03-20", order(12, compute()), nil)
		for _, i := range order_ {
			r.pay(t, c, all[i].id, all[i].amount, all[i].on)
		}
		got := r.account(t, c).String()
		for _, id := range []string{"hk-000001", "hk-000002", "hk-000003"} {
			got += r.invoice(t, c, id).GetOpen().String()
		}
		for _, a := range must[*billingv1.ListInterestResponse](t)(r.billing.ListInterest(r.operator, &billingv1.ListInterestRequest{Parent: c + "/accounts/main"})).GetAccruals() {
			got += text(a.GetAmount()) + " "
		}
		if first == "" {
			first = got
		}
		if got != first {
			t.Errorf("recorded as %v:\n%s\nwant\n%s", order_, got, first)
		}
		r.sound(t, c)
	}
}

// TestPaidInTimeKnownLate: a payment whose value date lies before the due date
// takes the strike back.
func TestPaidInTimeKnownLate(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-01-10")
	c := r.commenced(t, "2024-01-15", "2024-02-25", order(12, compute()), nil)
	if a := r.account(t, c); a.GetStrikes() != 1 {
		t.Fatalf("%v", a)
	}
	r.pay(t, c, "early", "5000.00", "2024-02-18")
	if a := r.account(t, c); a.GetStrikes() != 0 || a.GetState() != billingv1.Account_STATE_CLEAR || text(a.GetAccruedInterest()) != "0.00" {
		t.Fatalf("%v", a)
	}
}

// TestCreditMeetsInvoices: what is paid too much is met by the next invoice.
func TestCreditMeetsInvoices(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-01-10")
	c := r.commenced(t, "2024-01-15", "2024-01-20", order(12, compute()), nil)
	if p := r.pay(t, c, "much", "7000.00", "2024-01-20"); text(p.GetUnapplied()) != "2000.00" {
		t.Fatalf("%v", p)
	}
	r.advance(t, "2024-02-15")
	i := r.invoice(t, c, "hk-000002")
	if text(i.GetOpen()) != "3000.00" || i.GetState() != billingv1.Invoice_STATE_PARTLY_PAID {
		t.Fatalf("%v", i)
	}
	if a := r.account(t, c); text(a.GetCredit()) != "0.00" || text(a.GetBalance()) != "3000.00" {
		t.Fatalf("%v", a)
	}
	r.sound(t, c)
}

// TestRevoked: a problem in the window that becomes known after the first invoice
// takes the charges back.
func TestRevoked(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-05-03")
	c := r.accepted(t, "main", order(12, compute()), nil)
	web := c + "/subscriptions/web"
	must[*contractv1.Subscription](t)(r.contracts.NotifyReadiness(r.operator, &contractv1.NotifyReadinessRequest{Name: web, NoticeDate: pb("2024-05-03")}))
	r.advance(t, "2024-05-20")
	r.expect(t, c, "HK-000001 REGULAR 2024-05-09 2024-06-08 5000.00")
	must[*contractv1.Subscription](t)(r.contracts.ReportProblem(r.operator, &contractv1.ReportProblemRequest{Name: web, ReportDate: pb("2024-05-07"), Description: "no disk"}))
	r.advance(t, "2024-05-21")
	r.expect(t, c, "HK-000001 REGULAR 2024-05-09 2024-06-08 5000.00", "HK-000002 CREDIT_NOTE 2024-05-20  -5000.00")
	must[*contractv1.Subscription](t)(r.contracts.NotifyReadiness(r.operator, &contractv1.NotifyReadinessRequest{Name: web, NoticeDate: pb("2024-05-21")}))
	r.advance(t, "2024-05-28")
	r.expect(t, c, "HK-000001 REGULAR 2024-05-09 2024-06-08 5000.00", "HK-000002 CREDIT_NOTE 2024-05-20  -5000.00", "HK-000003 REGULAR 2024-05-25 2024-06-24 5000.00")
	if a := r.account(t, c); text(a.GetBalance()) != "5000.00" {
		t.Errorf("%v", a)
	}
	r.sound(t, c)
}

// TestNeverOwed: charges that are taken back because the service had not commenced
// were never owed: no strike and no interest stays.
func TestNeverOwed(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-05-03")
	c := r.accepted(t, "main", order(12, compute(&contractv1.Price{ItemId: "setup", Item: "SETUP", Amount: "8000.00"})), nil)
	web := c + "/subscriptions/web"
	must[*contractv1.Subscription](t)(r.contracts.NotifyReadiness(r.operator, &contractv1.NotifyReadinessRequest{Name: web, NoticeDate: pb("2024-05-03")}))
	r.advance(t, "2024-06-20")
	if a := r.account(t, c); a.GetStrikes() != 1 || text(a.GetAccruedInterest()) != "48.00" {
		t.Fatalf("%v", a)
	}
	must[*contractv1.Subscription](t)(r.contracts.ReportProblem(r.operator, &contractv1.ReportProblemRequest{Name: web, ReportDate: pb("2024-05-07"), Description: "no disk"}))
	r.advance(t, "2024-06-21")
	a := r.account(t, c)
	if a.GetStrikes() != 0 || a.GetState() != billingv1.Account_STATE_CLEAR || text(a.GetAccruedInterest()) != "0.00" || text(a.GetBalance()) != "0.00" {
		t.Errorf("%v", a)
	}
	r.sound(t, c)
}

// TestReadings: billing by calendar months, interest by 365 days, one strike for
// one act, and readings that an amendment changes from a day on.
func TestReadings(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-01-10")
	c := r.commenced(t, "2024-01-15", "2024-03-01", order(12, compute()),
		map[string]string{"billing_month_anchor": "CALENDAR_MONTH", "interest_day_basis": "ACT_365", "strike_same_act": "ONE_DUE_DATE_ONE_STRIKE"})
	// 17 of 31 days, then whole months.
	r.expect(t, c, "HK-000001 REGULAR 2024-01-19 2024-02-18 2741.94", "HK-000002 REGULAR 2024-02-01 2024-03-02 5000.00", "HK-000003 REGULAR 2024-03-01 2024-03-31 5000.00")
	if a := r.account(t, c); text(a.GetAccruedInterest()) != "16.23" { // 2,741.94 x 18 % x 12/365
		t.Errorf("%v", a)
	}
	got := must[*contractv1.Contract](t)(r.contracts.GetContract(r.operator, &contractv1.GetContractRequest{Name: c}))
	must[*contractv1.Contract](t)(r.contracts.AmendContract(r.operator, &contractv1.AmendContractRequest{
		Name: c, Etag: got.GetEtag(),
		Amendment: &contractv1.Amendment{
			EffectiveDate: pb("2024-03-01"), Readings: map[string]string{"interest_day_basis": "STARTED_MONTH"},
			CustomerSignatory: "a", ProviderSignatory: "b",
		},
	}))
	r.advance(t, "2024-04-02")
	in := must[*billingv1.ListInterestResponse](t)(r.billing.ListInterest(r.operator, &billingv1.ListInterestRequest{Parent: c + "/accounts/main"}))
	// The first invoice fell due before the amendment, the second after it.
	if x := in.GetAccruals(); len(x) != 3 || text(x[0].GetAmount()) != "59.50" || text(x[1].GetAmount()) != "75.00" {
		t.Errorf("%v", x)
	}
	r.sound(t, c)
}

// TestBreach: compliance's order ends a service; the remainder or two months.
func TestBreach(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-01-10")
	c := r.commenced(t, "2024-01-15", "2024-11-30", order(12, compute()), nil)
	q := must[*billingv1.TerminationQuote](t)(r.billing.QuoteTermination(r.operator, &billingv1.QuoteTerminationRequest{
		Name: c + "/subscriptions/web", Cause: "BREACH",
		NoticeDate: pb("2024-11-30"), LastDay: pb("2024-11-30"),
	}))
	if text(q.GetCompensation()) != "10000.00" {
		t.Errorf("[W:31I-2] %v", q)
	}
}

// TestPieces: overage that is withdrawn, a fee for another commencement date, an
// award without money, and a hold without a fee.
func TestPieces(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-01-10")
	c := r.commenced(t, "2024-01-15", "2024-02-01", order(12, compute()), nil)
	k := contractKey(c)
	used := ledger.OverageFact{
		Subscription: k.Subscription("web"), Unit: "vm-1", Identity: "overage/vm-1/0/1", Date: date.MustParse("2024-02-01"), Clause: "cpc/S3/3.5",
		Price: mustMoney("300.00"), Priced: true,
	}
	r.take(t, used)
	r.take(t, used)
	r.take(t, ledger.FeeFact{Subscription: k.Subscription("web"), Fee: "1500.00", Date: date.MustParse("2024-02-01"), Version: 2})
	r.take(t, ledger.AwardFact{Subscription: k.Subscription("web"), Assessment: "a1", Target: "t1", Measure: "PERCENT", Quantity: "5"})
	r.take(t, ledger.RestorationFact{Account: ledger.MainOf(k), Hold: "h", Fee: mustMoney("0.00"), Date: date.MustParse("2024-02-01")})
	r.take(t, ledger.OverageFact{Subscription: k.Subscription("web"), Identity: "overage/vm-1/0/1", Withdrawn: true})
	r.advance(t, "2024-02-15")
	i := r.invoice(t, c, "hk-000002")
	if text(i.GetTotal()) != "6500.00" || len(i.GetLines()) != 4 {
		t.Errorf("%v", i)
	}
	r.sound(t, c)
}

// TestParked: a use without an agreed price is said loudly until it has one.
func TestParked(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-01-10")
	c := r.commenced(t, "2024-01-15", "2024-02-01", order(12, compute()), nil)
	f := ledger.OverageFact{Subscription: contractKey(c).Subscription("web"), Unit: "vm-1", Identity: "overage/vm-1/0/1", Date: date.MustParse("2024-02-01"), Clause: "cpc/S3/3.5"}
	r.take(t, f)
	r.take(t, f)
	_, err := r.billing.RunBilling(r.operator, &billingv1.RunBillingRequest{Parent: c + "/accounts/main"})
	refused(t, err, "PARKED", "overage/vm-1/0/1")
	if n := r.facts(t)["charge_parked"]; n != 1 {
		t.Errorf("said %d times", n)
	}
	f.Price, f.Priced = mustMoney("300.00"), true
	r.take(t, f)
	r.sound(t, c)
}

// TestRandomLives plays random months of paying, overpaying, adding servers and
// drawing, and checks after each that the books agree.
func TestRandomLives(t *testing.T) {
	for seed := range int64(6) {
		rnd := rand.New(rand.NewSource(seed))
		r := newRig(t)
		r.sandbox(t, "2024-01-10")
		s := compute(&contractv1.Price{ItemId: "base", Item: "RECURRENT", Amount: "777.77"}, &contractv1.Price{ItemId: "vm", Item: "RECURRENT", Amount: "99.99", PerUnit: true})
		c := r.commenced(t, "2024-01-15", "2024-02-01", order(6, s), nil)
		day := date.MustParse("2024-02-01")
		for step := range 14 {
			day = day.AddDays(1 + rnd.Intn(25))
			r.advance(t, day.String())
			amount := money.New("HKD", 1+rnd.Int63n(150_000)).Decimal()
			if step == 5 && seed%2 == 0 {
				web := c + "/subscriptions/web"
				must[*contractv1.Subscription](t)(r.contracts.ServeTerminationNotice(r.operator, &contractv1.ServeTerminationNoticeRequest{
					Name:  web,
					Party: contractv1.Party_PARTY_CUSTOMER, ServedDate: pb(day.String()), PrescribedForm: true, Signed: true,
				}))
				must[*contractv1.Subscription](t)(r.contracts.AcknowledgeTerminationNotice(r.operator, &contractv1.AcknowledgeTerminationNoticeRequest{
					Name: web, AcknowledgedDate: pb(day.String()),
				}))
			}
			switch rnd.Intn(5) {
			case 0, 1:
				r.pay(t, c, fmt.Sprintf("p%d", step), amount, day.AddDays(-rnd.Intn(20)).String())
			case 2:
				_, err := r.contracts.AddUnit(r.operator, &contractv1.AddUnitRequest{
					Parent: c + "/subscriptions/web", AddedDate: pb(day.AddDays(-rnd.Intn(9)).String()),
					Unit: &contractv1.OrderedUnit{UnitId: fmt.Sprintf("vm-x%d", step)},
				})
				if err != nil {
					refused(t, err, "SUBSCRIPTION_STATE", "")
				}
			case 3:
				if _, err := r.billing.InvoiceInterest(r.operator, &billingv1.InvoiceInterestRequest{Name: c + "/accounts/main"}); err != nil {
					refused(t, err, "INTEREST_NONE", "")
				}
			default:
				q := must[*billingv1.PayoffQuote](t)(r.billing.QuotePayoff(r.operator, &billingv1.QuotePayoffRequest{Name: c + "/accounts/main", ValueDate: pb(day.String())}))
				if text(q.GetTotal()) != "0.00" {
					r.pay(t, c, fmt.Sprintf("p%d", step), text(q.GetTotal()), day.String())
					if a := r.account(t, c); a.GetState() == billingv1.Account_STATE_OVERDUE || text(a.GetAccruedInterest()) != "0.00" {
						t.Errorf("seed %d: the payoff leaves %v", seed, a)
					}
				}
			}
			r.sound(t, c)
		}
	}
}

// TestWatch: changes come as they are committed, and a token goes on behind them.
func TestWatch(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-01-10")
	ctx, stop := context.WithCancel(r.operator)
	defer stop()
	watch := must[billingv1.ChangeService_WatchChangesClient](t)(r.changes.WatchChanges(ctx, &billingv1.WatchChangesRequest{Parent: customer}))
	first := must[*billingv1.WatchChangesResponse](t)(watch.Recv())
	if len(first.GetChanges()) != 1 || first.GetChanges()[0].GetCustomerCreated() == nil || first.GetPageToken() == "" {
		t.Fatalf("%v", first)
	}
	c := r.accepted(t, "main", order(12, compute()), nil)
	seen := map[string]bool{}
	for !seen["order_accepted"] {
		for _, x := range must[*billingv1.WatchChangesResponse](t)(watch.Recv()).GetChanges() {
			seen[x.GetHead().GetType()] = true
		}
	}
	if !seen["contract_concluded"] || !seen["order_placed"] {
		t.Errorf("%v of %s", seen, c)
	}
	rest := must[*billingv1.ListChangesResponse](t)(r.changes.ListChanges(r.operator, &billingv1.ListChangesRequest{Parent: customer, PageSize: 1}))
	if rest.GetNextPageToken() == "" {
		t.Error("one change and no more")
	}
	_, err := r.changes.ListChanges(r.operator, &billingv1.ListChangesRequest{Parent: acme, PageSize: 1, PageToken: rest.GetNextPageToken()})
	refused(t, err, "PAGE_TOKEN_INVALID", "page_token")
}

// TestLateUsage: usage of a month that was charged is charged as a difference, and
// that of the running month with the month.
func TestLateUsage(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-01-10")
	s := compute(&contractv1.Price{ItemId: "gb", Item: "USAGE", Amount: "0.35", Meter: "gb"})
	c := r.commenced(t, "2024-01-15", "2024-01-20", order(12, s), nil)
	use := func(id, quantity, at string) {
		t.Helper()
		on := timestamppb.New(date.MustParse(at).Start(time.FixedZone("HKT", 8*3600)))
		must[*billingv1.RecordUsageResponse](t)(r.billing.RecordUsage(r.operator, &billingv1.RecordUsageRequest{Parent: c + "/subscriptions/web", Records: []*billingv1.UsageRecord{
			{Name: c + "/subscriptions/web/usageRecords/" + id, Meter: "gb", Quantity: &decimal.Decimal{Value: quantity}, UsageTime: on},
		}}))
	}
	use("a", "1000", "2024-01-18")
	r.advance(t, "2024-02-15")
	use("b", "234", "2024-02-01")
	use("c", "10", "2024-02-15")
	r.expect(t, c, "HK-000001 REGULAR 2024-02-15 2024-03-16 350.00")
	r.advance(t, "2024-03-15")
	r.expect(t, c, "HK-000001 REGULAR 2024-02-15 2024-03-16 350.00", "HK-000002 REGULAR 2024-03-15 2024-04-14 85.40")
	r.sound(t, c)
}
