package transport

import (
	"context"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	"cloudpact.dev/services/billing/internal/app/ledgerapp"
	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/wire"
)

// Names of the ledger.
var (
	accountName  = resource.MustPattern("providers/{provider}/customers/{customer}/contracts/{contract}/accounts/{account}")
	chargeName   = resource.MustPattern(accountName.String() + "/charges/{charge}")
	invoiceName  = resource.MustPattern(accountName.String() + "/invoices/{invoice}")
	paymentName  = resource.MustPattern(accountName.String() + "/payments/{payment}")
	depositName  = resource.MustPattern(accountName.String() + "/deposit")
	usageName    = resource.MustPattern(subscriptionName.String() + "/usageRecords/{record}")
	maxRecords   = 1000
	otherItems   = map[string]bool{"OTHER_RELATED": true, "DAMAGES": true, "INDEMNITY": true, "REPLACEMENT": true}
	quotedCauses = map[string]bool{"CUSTOMER_NOTICE": true, "PROVIDER_NOTICE": true, "BREACH": true}
)

// Ledger serves cloudpact.billing.v1.BillingService.
type Ledger struct {
	billingv1.UnimplementedBillingServiceServer
	app   *ledgerapp.App
	pager *page.Codec
}

// NewLedger serves the ledger.
func NewLedger(app *ledgerapp.App, pager *page.Codec) *Ledger { return &Ledger{app: app, pager: pager} }

// below reads the name of an account, or of a resource below it, and the last id.
func below(p resource.Pattern, name, path string) (ledger.AccountKey, string, error) {
	ids, err := p.Parse(name, path)
	if err != nil {
		return ledger.AccountKey{}, "", err
	}
	k := ledger.AccountKey{ContractKey: book.ContractKey{Provider: ids[0], Customer: ids[1], Contract: ids[2]}, Account: ids[3]}
	return k, ids[len(ids)-1], nil
}

// account reads the name of an account.
func account(name, path string) (ledger.AccountKey, error) {
	k, _, err := below(accountName, name, path)
	return k, err
}

// GetAccount implements BillingService.
func (s *Ledger) GetAccount(ctx context.Context, in *billingv1.GetAccountRequest) (*billingv1.Account, error) {
	k, err := account(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	v, err := s.app.Account(ctx, k)
	if err != nil {
		return nil, err
	}
	return accountPB(v), nil
}

// GetCharge implements BillingService.
func (s *Ledger) GetCharge(ctx context.Context, in *billingv1.GetChargeRequest) (*billingv1.Charge, error) {
	k, id, err := below(chargeName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	c, err := s.app.Charge(ctx, k, id)
	if err != nil {
		return nil, err
	}
	return chargePB(c, fullView(in.GetView())), nil
}

// GetInvoice implements BillingService.
func (s *Ledger) GetInvoice(ctx context.Context, in *billingv1.GetInvoiceRequest) (*billingv1.Invoice, error) {
	k, id, err := below(invoiceName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	v, err := s.app.Invoice(ctx, k, id)
	if err != nil {
		return nil, err
	}
	return invoicePB(v, fullView(in.GetView())), nil
}

// ExplainInvoice implements BillingService.
func (s *Ledger) ExplainInvoice(ctx context.Context, in *billingv1.ExplainInvoiceRequest) (*billingv1.ExplainInvoiceResponse, error) {
	k, id, err := below(invoiceName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	x, err := s.app.ExplainInvoice(ctx, k, id)
	if err != nil {
		return nil, err
	}
	return &billingv1.ExplainInvoiceResponse{
		Invoice: invoicePB(x.Invoice, true), DueDate: wire.ToExplanation(x.Invoice.DueHow), Interest: accrualPB(k, x.Interest), Text: x.Text,
	}, nil
}

// RunBilling implements BillingService.
func (s *Ledger) RunBilling(ctx context.Context, in *billingv1.RunBillingRequest) (*billingv1.RunBillingResponse, error) {
	k, err := account(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	run, err := s.app.Bill(ctx, k)
	if err != nil {
		return nil, err
	}
	out := &billingv1.RunBillingResponse{}
	byID := map[string]ledger.Charge{}
	for _, c := range run.Charges {
		byID[c.ID] = c
		out.Charges = append(out.Charges, chargePB(c, true))
	}
	for _, i := range run.Invoices {
		out.Invoices = append(out.Invoices, invoicePB(ledgerapp.InvoiceView{Invoice: i, Today: i.Date, Charges: byID}, true))
	}
	return out, nil
}

// RecordOtherCharge implements BillingService.
func (s *Ledger) RecordOtherCharge(ctx context.Context, in *billingv1.RecordOtherChargeRequest) (*billingv1.Charge, error) {
	k, err := account(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	if err := resource.CheckID(in.GetChargeId(), "charge_id"); err != nil {
		return nil, err
	}
	if !otherItems[in.GetItem()] {
		return nil, invalid("item", "use OTHER_RELATED, DAMAGES, INDEMNITY or REPLACEMENT")
	}
	if err := text(in.GetEvidence(), "evidence"); err != nil {
		return nil, err
	}
	x := ledgerapp.OtherCharge{Key: k, ID: in.GetChargeId(), Item: in.GetItem(), Clause: in.GetClause(), Evidence: in.GetEvidence()}
	if x.Amount, err = needMoney(in.GetAmount(), "amount"); err != nil {
		return nil, err
	}
	if x.Date, err = wire.NeedDate(in.GetChargeDate(), "charge_date"); err != nil {
		return nil, err
	}
	if x.Subscription, err = subscriptionOf(k, in.GetSubscription()); err != nil {
		return nil, err
	}
	c, err := s.app.RecordOther(ctx, x)
	if err != nil {
		return nil, err
	}
	return chargePB(c, true), nil
}

// subscriptionOf reads the optional name of a subscription of the account's
// contract.
func subscriptionOf(k ledger.AccountKey, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	sub, err := subscriptionKey(name, "subscription")
	if err != nil {
		return "", err
	}
	if sub.ContractKey != k.ContractKey {
		return "", fault.NotFound(fault.ReasonNotFound, name)
	}
	return sub.Subscription, nil
}

// RecordUsage implements BillingService.
func (s *Ledger) RecordUsage(ctx context.Context, in *billingv1.RecordUsageRequest) (*billingv1.RecordUsageResponse, error) {
	k, err := subscriptionKey(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	if len(in.GetRecords()) > maxRecords {
		return nil, invalid("records", "at most "+itoa(maxRecords)+" records in one call")
	}
	var rows []ledgerapp.UsageInput
	for i, u := range in.GetRecords() {
		row, err := usageOf(k, u, "records["+itoa(i)+"]")
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	results, err := s.app.RecordUsage(ctx, k, rows)
	if err != nil {
		return nil, err
	}
	out := &billingv1.RecordUsageResponse{}
	for _, r := range results {
		out.Results = append(out.Results, &billingv1.UsageResult{Name: k.Name() + "/usageRecords/" + r.ID, Replayed: r.Replayed, Reason: r.Reason})
	}
	return out, nil
}

func usageOf(k book.SubscriptionKey, u *billingv1.UsageRecord, path string) (ledgerapp.UsageInput, error) {
	none := ledgerapp.UsageInput{}
	ids, err := usageName.Parse(u.GetName(), path+".name")
	if err != nil {
		return none, err
	}
	if (book.ContractKey{Provider: ids[0], Customer: ids[1], Contract: ids[2]}).Subscription(ids[3]) != k {
		return none, fault.Invalid(fault.ReasonNameInvalid, path+".name", "the record is not below the parent")
	}
	quantity, err := db.ParseDecimal(u.GetQuantity().GetValue())
	if err != nil || quantity == "" || quantity[0] == '-' {
		return none, fault.Invalid("AMOUNT_INVALID", path+".quantity", "a quantity is a decimal of at least 0, such as 12.5")
	}
	at, err := wire.NeedTime(u.GetUsageTime(), path+".usage_time")
	if err != nil {
		return none, err
	}
	out := ledgerapp.UsageInput{ID: ids[4], Meter: u.GetMeter(), Quantity: string(quantity), Time: at}
	if u.GetUnit() == "" {
		return out, nil
	}
	of, unit, err := unitKey(u.GetUnit(), path+".unit")
	if err == nil && of != k {
		err = fault.Invalid(fault.ReasonNameInvalid, path+".unit", "the unit is not below the parent")
	}
	out.Unit = unit
	return out, err
}

// RecordPayment implements BillingService.
func (s *Ledger) RecordPayment(ctx context.Context, in *billingv1.RecordPaymentRequest) (*billingv1.Payment, error) {
	k, err := account(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	if err := resource.CheckID(in.GetPaymentId(), "payment_id"); err != nil {
		return nil, err
	}
	p := in.GetPayment()
	x := ledgerapp.PaymentInput{Key: k, ID: in.GetPaymentId(), Reference: p.GetReference()}
	if x.Amount, err = needMoney(p.GetAmount(), "payment.amount"); err != nil {
		return nil, err
	}
	if x.ValueDate, err = wire.NeedDate(p.GetValueDate(), "payment.value_date"); err != nil {
		return nil, err
	}
	if err := text(p.GetReference(), "payment.reference"); err != nil {
		return nil, err
	}
	for i, name := range p.GetRemittance() {
		path := "payment.remittance[" + itoa(i) + "]"
		of, id, err := below(invoiceName, name, path)
		if err != nil {
			return nil, err
		}
		if of != k {
			return nil, fault.NotFound(fault.ReasonNotFound, name)
		}
		x.Remittance = append(x.Remittance, id)
	}
	r, err := s.app.RecordPayment(ctx, x)
	if err != nil {
		return nil, err
	}
	return paymentPB(r), nil
}

// GetPayment implements BillingService.
func (s *Ledger) GetPayment(ctx context.Context, in *billingv1.GetPaymentRequest) (*billingv1.Payment, error) {
	k, id, err := below(paymentName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	r, err := s.app.Payment(ctx, k, id)
	if err != nil {
		return nil, err
	}
	return paymentPB(r), nil
}

// QuotePayoff implements BillingService.
func (s *Ledger) QuotePayoff(ctx context.Context, in *billingv1.QuotePayoffRequest) (*billingv1.PayoffQuote, error) {
	k, err := account(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	on, err := wire.NeedDate(in.GetValueDate(), "value_date")
	if err != nil {
		return nil, err
	}
	q, err := s.app.QuotePayoff(ctx, k, on)
	if err != nil {
		return nil, err
	}
	return payoffPB(k, on, q), nil
}

// QuoteTermination implements BillingService.
func (s *Ledger) QuoteTermination(ctx context.Context, in *billingv1.QuoteTerminationRequest) (*billingv1.TerminationQuote, error) {
	k, err := subscriptionKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	if !quotedCauses[in.GetCause()] {
		return nil, invalid("cause", "use CUSTOMER_NOTICE, PROVIDER_NOTICE or BREACH")
	}
	var days [2]date.Date
	if days[0], err = wire.NeedDate(in.GetNoticeDate(), "notice_date"); err != nil {
		return nil, err
	}
	if days[1], err = wire.FromDate(in.GetLastDay(), "last_day"); err != nil {
		return nil, err
	}
	q, err := s.app.QuoteTermination(ctx, k, in.GetCause(), days[0], days[1])
	if err != nil {
		return nil, err
	}
	return terminationPB(q), nil
}
