package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	slav1 "cloudpact.dev/gen/go/cloudpact/sla/v1"
	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/scenario"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// The demo's contract.
const (
	customer = Provider + "/customers/harbour"
	contract = customer + "/contracts/smartcloud"
	target   = Provider + "/targets/harbour-vm-2"
)

// Account is the contract's one account.
const Account = contract + "/accounts/main"

// Summary is everything that followed from the demo's facts: every document,
// balance and deadline. The same facts give the same bytes.
type Summary struct {
	Contract      *contractv1.Contract
	Subscriptions []*contractv1.Subscription
	Account       *billingv1.Account
	Invoices      []*billingv1.Invoice
	Payments      []*billingv1.Payment
	Interest      []*billingv1.InterestAccrual
	Strikes       []*billingv1.Strike
	Deposit       *billingv1.Deposit
	TrialBalance  *billingv1.TrialBalance
	Lots          []*tokenv1.Lot
	Overages      []*tokenv1.Overage
	Assessments   []*slav1.Assessment
	Cases         []*compliancev1.Case
	Holds         []*compliancev1.Hold
	Decisions     []*compliancev1.Decision
	Assets        []*compliancev1.Asset
	Obligations   []*compliancev1.Obligation
	Notices       []*compliancev1.Notice
}

// Summarise asks the services for everything about the demo's contract.
func Summarise(ctx context.Context, c scenario.Caller, token string) (*Summary, error) {
	q := &asker{ctx: ctx, caller: c, token: token}
	s := &Summary{}
	s.Contract = ask[*contractv1.Contract](q, "contract.v1.ContractService/GetContract", &contractv1.GetContractRequest{Name: contract})
	s.Subscriptions = pages(q, "contract.v1.ContractService/ListSubscriptions", func(t string) proto.Message {
		return &contractv1.ListSubscriptionsRequest{Parent: contract, PageSize: most, PageToken: t}
	}, (*contractv1.ListSubscriptionsResponse).GetSubscriptions)
	s.Account = ask[*billingv1.Account](q, "billing.v1.BillingService/GetAccount", &billingv1.GetAccountRequest{Name: Account})
	s.Invoices = pages(q, "billing.v1.BillingService/ListInvoices", func(t string) proto.Message {
		return &billingv1.ListInvoicesRequest{Parent: Account, PageSize: most, PageToken: t}
	}, (*billingv1.ListInvoicesResponse).GetInvoices)
	s.Payments = pages(q, "billing.v1.BillingService/ListPayments", func(t string) proto.Message {
		return &billingv1.ListPaymentsRequest{Parent: Account, PageSize: most, PageToken: t}
	}, (*billingv1.ListPaymentsResponse).GetPayments)
	s.Interest = ask[*billingv1.ListInterestResponse](q, "billing.v1.BillingService/ListInterest", &billingv1.ListInterestRequest{Parent: Account}).GetAccruals()
	s.Strikes = ask[*billingv1.ListStrikesResponse](q, "billing.v1.BillingService/ListStrikes", &billingv1.ListStrikesRequest{Parent: Account}).GetStrikes()
	s.Deposit = ask[*billingv1.Deposit](q, "billing.v1.BillingService/GetDeposit", &billingv1.GetDepositRequest{Name: Account + "/deposit"})
	s.TrialBalance = ask[*billingv1.TrialBalance](q, "billing.v1.BillingService/GetTrialBalance", &billingv1.GetTrialBalanceRequest{Name: Account})
	backup := contract + "/subscriptions/backup"
	s.Lots = pages(q, "token.v1.TokenService/ListLots", func(t string) proto.Message {
		return &tokenv1.ListLotsRequest{Parent: backup, PageSize: most, PageToken: t}
	}, (*tokenv1.ListLotsResponse).GetLots)
	s.Overages = pages(q, "token.v1.TokenService/ListOverages", func(t string) proto.Message {
		return &tokenv1.ListOveragesRequest{Parent: backup, PageSize: most, PageToken: t}
	}, (*tokenv1.ListOveragesResponse).GetOverages)
	s.Assessments = pages(q, "sla.v1.SlaService/ListAssessments", func(t string) proto.Message {
		return &slav1.ListAssessmentsRequest{Parent: target, PageSize: most, PageToken: t}
	}, (*slav1.ListAssessmentsResponse).GetAssessments)
	s.papers(q)
	return s, q.err
}

// papers asks compliance.
func (s *Summary) papers(q *asker) {
	const service = "compliance.v1.ComplianceService/"
	s.Cases = pages(q, service+"ListCases", func(t string) proto.Message {
		return &compliancev1.ListCasesRequest{Parent: contract, PageSize: most, PageToken: t}
	}, (*compliancev1.ListCasesResponse).GetCases)
	s.Holds = pages(q, service+"ListHolds", func(t string) proto.Message {
		return &compliancev1.ListHoldsRequest{Parent: contract, PageSize: most, PageToken: t}
	}, (*compliancev1.ListHoldsResponse).GetHolds)
	s.Decisions = pages(q, service+"ListDecisions", func(t string) proto.Message {
		return &compliancev1.ListDecisionsRequest{Parent: contract, PageSize: most, PageToken: t}
	}, (*compliancev1.ListDecisionsResponse).GetDecisions)
	s.Assets = pages(q, service+"ListAssets", func(t string) proto.Message {
		return &compliancev1.ListAssetsRequest{Parent: contract, PageSize: most, PageToken: t}
	}, (*compliancev1.ListAssetsResponse).GetAssets)
	s.Obligations = pages(q, service+"ListObligations", func(t string) proto.Message {
		return &compliancev1.ListObligationsRequest{Parent: customer, PageSize: most, PageToken: t}
	}, (*compliancev1.ListObligationsResponse).GetObligations)
	s.Notices = pages(q, service+"ListNotices", func(t string) proto.Message {
		return &compliancev1.ListNoticesRequest{Parent: customer, PageSize: most, PageToken: t}
	}, (*compliancev1.ListNoticesResponse).GetNotices)
}

// MarshalJSON writes the summary in the field names of the API.
func (s *Summary) MarshalJSON() ([]byte, error) {
	out := struct {
		Contract      json.RawMessage   `json:"contract"`
		Subscriptions []json.RawMessage `json:"subscriptions"`
		Account       json.RawMessage   `json:"account"`
		Invoices      []json.RawMessage `json:"invoices"`
		Payments      []json.RawMessage `json:"payments"`
		Interest      []json.RawMessage `json:"interest"`
		Strikes       []json.RawMessage `json:"strikes"`
		Deposit       json.RawMessage   `json:"deposit"`
		TrialBalance  json.RawMessage   `json:"trialBalance"`
		Lots          []json.RawMessage `json:"lots"`
		Overages      []json.RawMessage `json:"overages"`
		Assessments   []json.RawMessage `json:"assessments"`
		Cases         []json.RawMessage `json:"cases"`
		Holds         []json.RawMessage `json:"holds"`
		Decisions     []json.RawMessage `json:"decisions"`
		Assets        []json.RawMessage `json:"assets"`
		Obligations   []json.RawMessage `json:"obligations"`
		Notices       []json.RawMessage `json:"notices"`
	}{
		raw(s.Contract), raws(s.Subscriptions), raw(s.Account), raws(s.Invoices), raws(s.Payments), raws(s.Interest),
		raws(s.Strikes), raw(s.Deposit), raw(s.TrialBalance), raws(s.Lots), raws(s.Overages), raws(s.Assessments),
		raws(s.Cases), raws(s.Holds), raws(s.Decisions), raws(s.Assets), raws(s.Obligations), raws(s.Notices),
	}
	return json.Marshal(out)
}

// raw writes a message compactly: protojson's own spacing differs from build to
// build.
func raw(m proto.Message) json.RawMessage {
	data, err := protojson.Marshal(m)
	if err != nil {
		panic(fmt.Errorf("a message of the suite cannot be written: %w", err)) //nolint:forbidigo // it was read from the wire
	}
	var b bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		panic(fmt.Errorf("protojson wrote no JSON: %w", err)) //nolint:forbidigo // it was read from the wire
	}
	return b.Bytes()
}

func raws[M proto.Message](ms []M) []json.RawMessage {
	out := make([]json.RawMessage, len(ms))
	for i, m := range ms {
		out[i] = raw(m)
	}
	return out
}
