package ledgerapp_test

import (
	"testing"

	moneypb "google.golang.org/genproto/googleapis/type/money"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
)

func (r *rig) pay(t *testing.T, contract, id, amount, on string, remittance ...string) *billingv1.Payment {
	t.Helper()
	return must[*billingv1.Payment](t)(r.billing.RecordPayment(r.operator, &billingv1.RecordPaymentRequest{
		Parent: contract + "/accounts/main", PaymentId: id,
		Payment: &billingv1.Payment{Amount: hkd(amount), ValueDate: pb(on), Remittance: remittance},
	}))
}

func (r *rig) account(t *testing.T, contract string) *billingv1.Account {
	t.Helper()
	return must[*billingv1.Account](t)(r.billing.GetAccount(r.operator, &billingv1.GetAccountRequest{Name: contract + "/accounts/main"}))
}

func (r *rig) deposit(t *testing.T, contract string) *billingv1.Deposit {
	t.Helper()
	return must[*billingv1.Deposit](t)(r.billing.GetDeposit(r.operator, &billingv1.GetDepositRequest{Name: contract + "/accounts/main/deposit"}))
}

func (r *rig) invoice(t *testing.T, contract, id string) *billingv1.Invoice {
	t.Helper()
	return must[*billingv1.Invoice](t)(r.billing.GetInvoice(r.operator, &billingv1.GetInvoiceRequest{Name: contract + "/accounts/main/invoices/" + id, View: billingv1.View_VIEW_FULL}))
}

// facts counts the account's facts by type.
func (r *rig) facts(t *testing.T) map[string]int {
	t.Helper()
	out := map[string]int{}
	token := ""
	for {
		l := must[*billingv1.ListChangesResponse](t)(r.changes.ListChanges(r.operator, &billingv1.ListChangesRequest{Parent: customer, PageSize: 100, PageToken: token}))
		for _, c := range l.GetChanges() {
			out[c.GetHead().GetType()]++
		}
		if token = l.GetNextPageToken(); token == "" {
			return out
		}
	}
}

// TestArrears runs the catalogue's late payer: [W:10a-1], [W:12-1], [W:13-1] to
// [W:13-3], a payoff that bills its interest, and a restoration fee.
func TestArrears(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-01-10")
	// Commencement on 31 January, so that the first invoice, issued on 6 February
	// after the window, is due on 7 March.
	c := r.commenced(t, "2024-01-31", "2024-02-06", order(18, compute(&contractv1.Price{ItemId: "base", Item: "RECURRENT", Amount: "10000.00"})), nil)
	r.expect(t, c, "HK-000001 REGULAR 2024-02-06 2024-03-07 10000.00")
	r.advance(t, "2024-03-08")
	if a := r.account(t, c); a.GetState() != billingv1.Account_STATE_OVERDUE || dates(a.GetOverdueSince()) != "2024-03-08" || a.GetStrikes() != 1 {
		t.Fatalf("%v", a)
	}
	r.advance(t, "2024-03-24")
	if p := r.pay(t, c, "one", "10000.00", "2024-03-24"); text(p.GetAllocations()[0].GetAmount()) != "10000.00" {
		t.Fatalf("%v", p)
	}
	if a := r.account(t, c); a.GetState() != billingv1.Account_STATE_CLEAR || text(a.GetAccruedInterest()) != "82.26" || text(a.GetBalance()) != "10000.00" {
		t.Fatalf("seventeen days late: %v", a)
	}
	in := must[*billingv1.ListInterestResponse](t)(r.billing.ListInterest(r.operator, &billingv1.ListInterestRequest{Parent: c + "/accounts/main"}))
	if len(in.GetAccruals()) != 1 || text(in.GetAccruals()[0].GetAmount()) != "82.26" || in.GetAccruals()[0].GetExplanation() == nil {
		t.Fatalf("%v", in)
	}
	// A second strike opens the deposit.
	r.advance(t, "2024-03-30")
	if d := r.deposit(t, c); d.GetState() != billingv1.Deposit_STATE_NONE {
		t.Fatalf("%v", d)
	}
	_, err := r.billing.DemandDeposit(r.operator, &billingv1.DemandDepositRequest{Name: c + "/accounts/main/deposit", Amount: hkd("15000.00")})
	refused(t, err, "DEPOSIT_NOT_DEMANDABLE", "")
	r.advance(t, "2024-04-03")
	s := must[*billingv1.ListStrikesResponse](t)(r.billing.ListStrikes(r.operator, &billingv1.ListStrikesRequest{Parent: c + "/accounts/main"}))
	if len(s.GetStrikes()) != 2 || !s.GetDepositDemandable() || dates(s.GetStrikes()[1].GetStrikeDate()) != "2024-03-31" || len(s.GetStrikes()[0].GetCitations()) == 0 {
		t.Fatalf("%v", s)
	}
	d := must[*billingv1.Deposit](t)(r.billing.DemandDeposit(r.operator, &billingv1.DemandDepositRequest{Name: c + "/accounts/main/deposit", Amount: hkd("15000.00"), Etag: r.deposit(t, c).GetEtag()}))
	if dates(d.GetDeadline()) != "2024-04-17" || d.GetState() != billingv1.Deposit_STATE_DEMANDED {
		t.Fatalf("%v", d)
	}
	r.advance(t, "2024-04-18")
	if d = r.deposit(t, c); d.GetState() != billingv1.Deposit_STATE_DEFAULTED {
		t.Fatalf("%v", d)
	}
	d = must[*billingv1.Deposit](t)(r.billing.ReceiveDeposit(r.operator, &billingv1.ReceiveDepositRequest{Name: d.GetName(), MovementId: "in", Amount: hkd("15000.00"), ValueDate: pb("2024-04-18")}))
	if d.GetState() != billingv1.Deposit_STATE_HELD {
		t.Fatalf("%v", d)
	}
	// The invoice of 29 February, due 30 March, may be drawn for from 30 April on.
	r.advance(t, "2024-04-29")
	_, err = r.billing.DrawDeposit(r.operator, &billingv1.DrawDepositRequest{Name: d.GetName(), MovementId: "d1", Amount: hkd("5000.00"), NoticeDate: pb("2024-04-29")})
	refused(t, err, "DRAW_NOT_ALLOWED", "")
	r.advance(t, "2024-04-30")
	if i := r.invoice(t, c, "hk-000002"); i.GetState() != billingv1.Invoice_STATE_DRAWABLE {
		t.Fatalf("%v", i.GetState())
	}
	d = must[*billingv1.Deposit](t)(r.billing.DrawDeposit(r.operator, &billingv1.DrawDepositRequest{Name: d.GetName(), MovementId: "d1", Amount: hkd("5000.00"), NoticeDate: pb("2024-04-30")}))
	if text(d.GetBalance()) != "10000.00" || d.GetState() != billingv1.Deposit_STATE_SHORT || len(d.GetMovements()) != 2 || text(d.GetMovements()[1].GetAllocations()[0].GetAmount()) != "5000.00" {
		t.Fatalf("[W:13-2] %v", d)
	}
	d = must[*billingv1.Deposit](t)(r.billing.DemandDeposit(r.operator, &billingv1.DemandDepositRequest{Name: d.GetName()}))
	if dates(d.GetDeadline()) != "2024-05-07" {
		t.Fatalf("[W:13-2] %v", d)
	}
	must[*billingv1.Deposit](t)(r.billing.ReceiveDeposit(r.operator, &billingv1.ReceiveDepositRequest{Name: d.GetName(), MovementId: "top", Amount: hkd("5000.00"), ValueDate: pb("2024-04-30")}))
	// The payoff clears the account and bills its interest.
	r.advance(t, "2024-05-02")
	q := must[*billingv1.PayoffQuote](t)(r.billing.QuotePayoff(r.operator, &billingv1.QuotePayoffRequest{Name: c + "/accounts/main", ValueDate: pb("2024-05-02")}))
	if q.GetExplanation() == nil || len(q.GetAccruals()) < 2 {
		t.Fatalf("%v", q)
	}
	r.pay(t, c, "payoff", text(q.GetTotal()), "2024-05-02")
	a := r.account(t, c)
	if a.GetState() != billingv1.Account_STATE_CLEAR || text(a.GetBalance()) != "0.00" || text(a.GetAccruedInterest()) != "0.00" {
		t.Fatalf("after the payoff: %v", a)
	}
	docs := r.documents(t, c)
	if last := docs[len(docs)-1]; last != "HK-000005 INTEREST 2024-05-02 2024-06-01 "+text(q.GetInterest()) {
		t.Errorf("%s", last)
	}
	// A fee for restoring is a document of its own, and its payment is told by its
	// identity.
	r.take(t, ledger.RestorationFact{Account: ledger.MainOf(contractKey(c)), Hold: "h-1", Fee: money.MustParse("HKD", "500.00"), Date: date.MustParse("2024-05-02")})
	docs = r.documents(t, c)
	if last := docs[len(docs)-1]; last != "HK-000006 EVENT 2024-05-02 2024-06-01 500.00" {
		t.Errorf("%s", last)
	}
	r.pay(t, c, "fee", "500.00", "2024-05-02", c+"/accounts/main/invoices/hk-000006")
	facts := r.facts(t)
	for typ, n := range map[string]int{"strike_recorded": 3, "account_overdue": 2, "account_cleared": 2, "invoice_settled": 6, "deposit_held": 2, "deposit_defaulted": 1, "deposit_drawn": 1} {
		if facts[typ] != n {
			t.Errorf("%d of %s, want %d", facts[typ], typ, n)
		}
	}
	r.sound(t, c)
}

// TestEnd runs a notice in the term to the closing invoice, late costs, the
// return of the deposit and of leftover credit.
func TestEnd(t *testing.T) {
	r := newRig(t)
	r.sandbox(t, "2024-01-10")
	c := r.commenced(t, "2024-01-15", "2024-01-20", order(12, compute()), nil)
	web := c + "/subscriptions/web"
	r.advance(t, "2024-05-20")
	q := must[*billingv1.TerminationQuote](t)(r.billing.QuoteTermination(r.operator, &billingv1.QuoteTerminationRequest{Name: web, Cause: "CUSTOMER_NOTICE", NoticeDate: pb("2024-05-20")}))
	if text(q.GetCompensation()) != "29032.26" || dates(q.GetLastDay()) != "2024-07-20" || dates(q.GetTermLastDay()) != "2025-01-14" || q.GetLegalReview() || q.GetExplanation() == nil || len(q.GetAlternatives()) == 0 {
		t.Fatalf("[W:35a-1] %v", q)
	}
	b := must[*billingv1.TerminationQuote](t)(r.billing.QuoteTermination(r.operator, &billingv1.QuoteTerminationRequest{Name: web, Cause: "BREACH", NoticeDate: pb("2024-06-30"), LastDay: pb("2024-06-30")}))
	if text(b.GetCompensation()) != "32333.33" {
		t.Fatalf("[W:31I-1] %v", b)
	}
	for _, on := range []string{"2024-01-20", "2024-02-15", "2024-03-15", "2024-04-15", "2024-05-15"} {
		r.pay(t, c, "p"+on, "5000.00", on)
	}
	must[*contractv1.Subscription](t)(r.contracts.ServeTerminationNotice(r.operator, &contractv1.ServeTerminationNoticeRequest{
		Name:  web,
		Party: contractv1.Party_PARTY_CUSTOMER, ServedDate: pb("2024-05-20"), PrescribedForm: true, Signed: true,
	}))
	must[*contractv1.Subscription](t)(r.contracts.AcknowledgeTerminationNotice(r.operator, &contractv1.AcknowledgeTerminationNoticeRequest{Name: web, AcknowledgedDate: pb("2024-05-20")}))
	r.advance(t, "2024-07-22")
	docs := r.documents(t, c)
	// The last month is charged to its last day, the remainder once, and the
	// interest of six days on the sixth invoice with it.
	if last := docs[len(docs)-1]; last != "HK-000008 CLOSING 2024-07-21 2024-08-20 29046.78" {
		t.Fatalf("%v", docs)
	}
	if seven := docs[len(docs)-2]; seven != "HK-000007 REGULAR 2024-07-15 2024-08-14 967.74" {
		t.Fatalf("%v", docs)
	}
	if i := r.invoice(t, c, "hk-000007"); !i.GetAccelerated() || dates(i.GetDueDate()) != "2024-08-14" {
		t.Fatalf("[W:36-1] %v", i)
	}
	// An asset that did not come back is a supplementary cost, then withdrawn.
	k := contractKey(c)
	r.take(t, ledger.ReplacementFact{Contract: k, Asset: "appliance", Subscription: web, Price: money.MustParse("HKD", "7200.00"), Date: date.MustParse("2024-07-22"), PayBy: date.MustParse("2024-08-05"), Clause: "cpc/21"})
	r.take(t, ledger.OverageFact{Subscription: k.Subscription("web"), Unit: "vm-1", Identity: "overage/vm-1/0/1", Date: date.MustParse("2024-07-01"), Clause: "cpc/S3/3.5"})
	if f := r.facts(t); f["charge_parked"] != 1 {
		t.Errorf("%d parked", f["charge_parked"])
	}
	r.take(t, ledger.OverageFact{Subscription: k.Subscription("web"), Unit: "vm-1", Identity: "overage/vm-1/0/1", Date: date.MustParse("2024-07-01"), Clause: "cpc/S3/3.5", Price: money.MustParse("HKD", "300.00"), Priced: true})
	r.take(t, ledger.ReplacementFact{Contract: k, Asset: "appliance", Subscription: web, Withdrawn: true})
	docs = r.documents(t, c)
	want := []string{"HK-000009 EVENT 2024-07-22 2024-08-05 7200.00", "HK-000010 SUPPLEMENTARY 2024-07-22 2024-08-21 300.00", "HK-000011 CREDIT_NOTE 2024-07-22  -7200.00"}
	for i, w := range want {
		if docs[len(docs)-3+i] != w {
			t.Errorf("%s, want %s", docs[len(docs)-3+i], w)
		}
	}
	if i := r.invoice(t, c, "hk-000009"); i.GetState() != billingv1.Invoice_STATE_PAID {
		t.Errorf("the credit note meets %v", i.GetState())
	}
	open := r.account(t, c)
	r.advance(t, "2024-07-23")
	r.pay(t, c, "last", text(&moneypb.Money{Units: open.GetBalance().GetUnits() + 100, Nanos: open.GetBalance().GetNanos()}), "2024-07-23")
	a := r.account(t, c)
	if a.GetState() != billingv1.Account_STATE_CLOSED || text(a.GetCredit()) != "0.00" {
		t.Errorf("%v", a)
	}
	books := map[string]string{}
	for _, b := range must[*billingv1.TrialBalance](t)(r.billing.GetTrialBalance(r.operator, &billingv1.GetTrialBalanceRequest{Name: c + "/accounts/main"})).GetBooks() {
		books[b.GetBook()] = text(b.GetAmount())
	}
	if books["REFUND"] != "-100.00" || books["RECEIVABLE"] != "0.00" {
		t.Errorf("%v", books)
	}
	r.sound(t, c)
}
