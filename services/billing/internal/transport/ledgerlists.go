package transport

import (
	"context"
	"strconv"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/wire"
)

// ListAccounts implements BillingService.
func (s *Ledger) ListAccounts(ctx context.Context, in *billingv1.ListAccountsRequest) (*billingv1.ListAccountsResponse, error) {
	scope, err := scopeOf(contractName, in.GetParent())
	if err != nil {
		return nil, err
	}
	l, err := s.pager.Open(in.GetPageSize(), in.GetPageToken(), 3, "ListAccounts", in.GetParent())
	if err != nil {
		return nil, err
	}
	rows, err := s.app.Accounts(ctx, scope, l.After, l.Limit())
	if err != nil {
		return nil, err
	}
	rows, next := page.Cut(l, rows, func(i int) []string {
		k := rows[i].Account
		return []string{k.Customer, k.Contract, k.AccountKey.Account}
	})
	out := &billingv1.ListAccountsResponse{NextPageToken: next}
	for _, v := range rows {
		out.Accounts = append(out.Accounts, accountPB(v))
	}
	return out, nil
}

// ListCharges implements BillingService.
func (s *Ledger) ListCharges(ctx context.Context, in *billingv1.ListChargesRequest) (*billingv1.ListChargesResponse, error) {
	k, err := account(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	sub, err := subscriptionOf(k, in.GetSubscription())
	if err != nil {
		return nil, err
	}
	l, err := s.pager.Open(in.GetPageSize(), in.GetPageToken(), 1, "ListCharges", in.GetParent(), in.GetIdentity(), in.GetSubscription())
	if err != nil {
		return nil, err
	}
	rows, err := s.app.Charges(ctx, k, ledger.ChargeFilter{Identity: in.GetIdentity(), Subscription: sub, AfterPlace: number(l.First()), Limit: l.Limit()})
	if err != nil {
		return nil, err
	}
	rows, next := page.Cut(l, rows, func(i int) []string { return []string{strconv.FormatInt(rows[i].Place, 10)} })
	out := &billingv1.ListChargesResponse{NextPageToken: next}
	for _, c := range rows {
		out.Charges = append(out.Charges, chargePB(c, fullView(in.GetView())))
	}
	return out, nil
}

// number reads a place that a token holds; "" is before the first.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// ListInvoices implements BillingService.
func (s *Ledger) ListInvoices(ctx context.Context, in *billingv1.ListInvoicesRequest) (*billingv1.ListInvoicesResponse, error) {
	scope, err := accountScope(in.GetParent())
	if err != nil {
		return nil, err
	}
	l, err := s.pager.Open(in.GetPageSize(), in.GetPageToken(), 2, "ListInvoices", in.GetParent())
	if err != nil {
		return nil, err
	}
	full := fullView(in.GetView())
	rows, err := s.app.Invoices(ctx, scope, l.After, l.Limit())
	if err != nil {
		return nil, err
	}
	rows, next := page.Cut(l, rows, func(i int) []string { return []string{rows[i].Date.String(), rows[i].Number} })
	out := &billingv1.ListInvoicesResponse{NextPageToken: next}
	for _, v := range rows {
		out.Invoices = append(out.Invoices, invoicePB(v, full))
	}
	return out, nil
}

// accountScope is the parent of documents, with "-" for any customer, contract
// or account.
func accountScope(name string) (ledger.AccountKey, error) {
	ids, err := accountName.ParseAny(name, "parent")
	if err != nil {
		return ledger.AccountKey{}, err
	}
	if ids[0] == resource.Any {
		return ledger.AccountKey{}, fault.Invalid(fault.ReasonNameInvalid, "parent", "name one provider; a list does not reach across providers")
	}
	for i, id := range ids {
		if id == resource.Any {
			ids[i] = ""
		}
	}
	var k ledger.AccountKey
	k.Provider, k.Customer, k.Contract, k.Account = ids[0], ids[1], ids[2], ids[3]
	return k, nil
}

// ListPayments implements BillingService.
func (s *Ledger) ListPayments(ctx context.Context, in *billingv1.ListPaymentsRequest) (*billingv1.ListPaymentsResponse, error) {
	k, err := account(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	l, err := s.pager.Open(in.GetPageSize(), in.GetPageToken(), 2, "ListPayments", in.GetParent())
	if err != nil {
		return nil, err
	}
	rows, err := s.app.Payments(ctx, k, l.After, l.Limit())
	if err != nil {
		return nil, err
	}
	rows, next := page.Cut(l, rows, func(i int) []string { return []string{rows[i].Date.String(), rows[i].ID} })
	out := &billingv1.ListPaymentsResponse{NextPageToken: next}
	for _, r := range rows {
		out.Payments = append(out.Payments, paymentPB(r))
	}
	return out, nil
}

// ListInterest implements BillingService.
func (s *Ledger) ListInterest(ctx context.Context, in *billingv1.ListInterestRequest) (*billingv1.ListInterestResponse, error) {
	k, err := account(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	to, err := wire.FromDate(in.GetAsOf(), "as_of")
	if err != nil {
		return nil, err
	}
	rows, err := s.app.Interest(ctx, k, to)
	if err != nil {
		return nil, err
	}
	out := &billingv1.ListInterestResponse{}
	for _, a := range rows {
		out.Accruals = append(out.Accruals, accrualPB(k, a))
	}
	return out, nil
}

// ListStrikes implements BillingService.
func (s *Ledger) ListStrikes(ctx context.Context, in *billingv1.ListStrikesRequest) (*billingv1.ListStrikesResponse, error) {
	k, err := account(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	rows, demandable, err := s.app.Strikes(ctx, k)
	if err != nil {
		return nil, err
	}
	out := &billingv1.ListStrikesResponse{DepositDemandable: demandable}
	for _, v := range rows {
		out.Strikes = append(out.Strikes, &billingv1.Strike{Invoice: k.Invoice(v.Invoice), StrikeDate: wire.ToDate(v.Date), Citations: wire.ToCitations(v.Citations)})
	}
	return out, nil
}

// ListJournalEntries implements BillingService.
func (s *Ledger) ListJournalEntries(ctx context.Context, in *billingv1.ListJournalEntriesRequest) (*billingv1.ListJournalEntriesResponse, error) {
	k, err := account(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	l, err := s.pager.Open(in.GetPageSize(), in.GetPageToken(), 1, "ListJournalEntries", in.GetParent())
	if err != nil {
		return nil, err
	}
	rows, err := s.app.Entries(ctx, k, number(l.First()), l.Limit())
	if err != nil {
		return nil, err
	}
	rows, next := page.Cut(l, rows, func(i int) []string { return []string{strconv.FormatInt(rows[i].Number, 10)} })
	out := &billingv1.ListJournalEntriesResponse{NextPageToken: next}
	for _, e := range rows {
		out.Entries = append(out.Entries, entryPB(e))
	}
	return out, nil
}

// GetTrialBalance implements BillingService.
func (s *Ledger) GetTrialBalance(ctx context.Context, in *billingv1.GetTrialBalanceRequest) (*billingv1.TrialBalance, error) {
	k, err := account(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	books, err := s.app.TrialBalance(ctx, k)
	if err != nil {
		return nil, err
	}
	return &billingv1.TrialBalance{Books: postingsPB(books)}, nil
}
