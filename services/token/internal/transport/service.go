package transport

import (
	"context"
	"strconv"
	"strings"

	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"

	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/kit/wire"
	"cloudpact.dev/services/token/internal/app"
	"cloudpact.dev/services/token/internal/redeem"
	"cloudpact.dev/services/token/internal/store"
)

// Service is TokenService.
type Service struct {
	tokenv1.UnimplementedTokenServiceServer
	app *app.App
}

// New makes the service of the use cases.
func New(a *app.App) *Service { return &Service{app: a} }

// useCall reads a request for one use.
func useCall(in *tokenv1.RedeemRequest) (app.UseCall, error) {
	s, err := exact(in.GetParent(), "parent")
	if err != nil {
		return app.UseCall{}, err
	}
	c := app.UseCall{Sub: s, RequestID: in.GetRequestId(), Use: redeem.Use{
		Operation: in.GetOperation(), Units: in.GetUnits(),
		Scheduled: in.GetScheduled(), Failed: in.GetFailed(),
	}}
	if in.GetOperation() == "" {
		return c, fault.Invalid(fault.ReasonFieldInvalid, "operation", "name the operation")
	}
	if err := checkUnits(in.GetUnits()); err != nil {
		return c, err
	}
	if c.Use.Requested, err = wire.FromTime(in.GetRequestedTime(), "requested_time"); err != nil {
		return c, err
	}
	if c.Use.Completed, err = wire.FromTime(in.GetCompletedTime(), "completed_time"); err != nil {
		return c, err
	}
	c.Overage, err = overageID(s, in.GetOverage())
	return c, err
}

// overageID reads the overage that a call names, by its name or id.
func overageID(s store.Sub, name string) (string, error) {
	if name == "" || !strings.Contains(name, "/") {
		if name != "" && !resource.ValidID(name) {
			return "", fault.Invalid(fault.ReasonNameInvalid, "overage", "name an overage of the subscription")
		}
		return name, nil
	}
	ids, err := overageName.Parse(name, "overage")
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(name, s.Name()+"/") {
		return "", fault.NotFound(fault.ReasonNotFound, name)
	}
	return ids[4], nil
}

// Redeem records one use.
func (s *Service) Redeem(ctx context.Context, in *tokenv1.RedeemRequest) (*tokenv1.Redemption, error) {
	c, err := useCall(in)
	if err != nil {
		return nil, err
	}
	out, err := s.app.Redeem(ctx, c)
	if err != nil {
		return nil, err
	}
	return toRedemption(out), nil
}

// BatchRedeem records many uses; each item stands for itself.
func (s *Service) BatchRedeem(ctx context.Context, in *tokenv1.BatchRedeemRequest) (*tokenv1.BatchRedeemResponse, error) {
	parent, err := parentOf(in.GetParent())
	if err != nil {
		return nil, err
	}
	if parent.Customer == "" {
		return nil, fault.Invalid(fault.ReasonNameInvalid, "parent", "name the customer: a batch is of one customer")
	}
	items := in.GetRequests()
	if len(items) > app.MaxBatch {
		return nil, fault.Invalid("BATCH_TOO_LARGE", "requests", "a batch has at most "+strconv.Itoa(app.MaxBatch)+" items")
	}
	out := &tokenv1.BatchRedeemResponse{Results: make([]*tokenv1.RedeemResult, len(items))}
	calls, at := make([]app.UseCall, 0, len(items)), make([]int, 0, len(items))
	for i, it := range items {
		c, err := useCall(it)
		switch {
		case err != nil:
		case !under(parent, c.Sub):
			err = fault.NotFound("SUBSCRIPTION_UNKNOWN", it.GetParent())
		case it.GetValidateOnly():
			err = fault.Invalid(fault.ReasonFieldInvalid, "validate_only", "a batch records its items; validate one in a single call")
		}
		if err != nil {
			out.Results[i] = failed(err)
			continue
		}
		calls, at = append(calls, c), append(at, i)
	}
	key := store.Sub{Provider: parent.Provider, Customer: parent.Customer}.Key()
	answers, err := s.app.RedeemAll(ctx, key, calls)
	if err != nil {
		return nil, err
	}
	for i, a := range answers {
		if a.Err != nil {
			out.Results[at[i]] = failed(a.Err)
			continue
		}
		out.Results[at[i]] = &tokenv1.RedeemResult{Redemption: toRedemption(a)}
	}
	return out, nil
}

// under tells whether a subscription lies below a parent.
func under(parent, s store.Sub) bool {
	return parent.Provider == s.Provider && parent.Customer == s.Customer &&
		(parent.Contract == "" || parent.Contract == s.Contract) && (parent.ID == "" || parent.ID == s.ID)
}

// failed is an item's refusal with the details of a single call.
func failed(err error) *tokenv1.RedeemResult {
	st := fault.From(err).GRPCStatus().Proto()
	return &tokenv1.RedeemResult{Status: &rpcstatus.Status{Code: st.GetCode(), Message: st.GetMessage(), Details: st.GetDetails()}}
}

// PreviewRedeem says what a use would take.
func (s *Service) PreviewRedeem(ctx context.Context, in *tokenv1.PreviewRedeemRequest) (*tokenv1.PreviewRedeemResponse, error) {
	c, err := useCall(&tokenv1.RedeemRequest{Parent: in.GetParent(), Operation: in.GetOperation(), Units: in.GetUnits(), RequestedTime: in.GetRequestedTime()})
	if err != nil {
		return nil, err
	}
	p, err := s.app.PreviewUse(ctx, c.Sub, c.Use)
	if err != nil {
		return nil, err
	}
	return &tokenv1.PreviewRedeemResponse{
		Tokens: int32(p.Tokens), Unit: p.Ledger, Balance: toBalance(p.Balance), NeedsOverage: p.NeedsOverage,
		ExpectedPrice: toMoney(p.Expected), Citations: wire.ToCitations(p.Citations),
	}, nil
}

// Reserve holds a token while an operation runs.
func (s *Service) Reserve(ctx context.Context, in *tokenv1.ReserveRequest) (*tokenv1.Reservation, error) {
	c, err := useCall(&tokenv1.RedeemRequest{
		Parent: in.GetParent(), Operation: in.GetOperation(), Units: in.GetUnits(),
		RequestedTime: in.GetRequestedTime(), Overage: in.GetOverage(),
	})
	if err != nil {
		return nil, err
	}
	h, err := s.app.Reserve(ctx, app.ReserveCall{
		Sub: c.Sub, ID: in.GetReservationId(), Operation: c.Use.Operation, Units: c.Use.Units,
		Requested: c.Use.Requested, Overage: c.Overage,
	})
	if err != nil {
		return nil, err
	}
	return toReservation(h), nil
}

// CompleteReservation turns a reservation into a use.
func (s *Service) CompleteReservation(ctx context.Context, in *tokenv1.CompleteReservationRequest) (*tokenv1.Redemption, error) {
	sub, id, err := child(reservationName, in.GetName())
	if err != nil {
		return nil, err
	}
	at, err := wire.FromTime(in.GetCompletedTime(), "completed_time")
	if err != nil {
		return nil, err
	}
	out, err := s.app.Complete(ctx, app.CompleteCall{
		Sub: sub, ID: id, Etag: in.GetEtag(), Completed: at, Outcome: in.GetOutcome(),
		AfterLapse: in.GetAfterLapse(),
	})
	if err != nil {
		return nil, err
	}
	return toRedemption(out), nil
}

// ReleaseReservation gives a reservation back.
func (s *Service) ReleaseReservation(ctx context.Context, in *tokenv1.ReleaseReservationRequest) (*tokenv1.Reservation, error) {
	sub, id, err := child(reservationName, in.GetName())
	if err != nil {
		return nil, err
	}
	h, err := s.app.Release(ctx, sub, id, in.GetEtag())
	if err != nil {
		return nil, err
	}
	return toReservation(h), nil
}

// QuoteOverage names a price for a use beyond the tokens.
func (s *Service) QuoteOverage(ctx context.Context, in *tokenv1.QuoteOverageRequest) (*tokenv1.Overage, error) {
	c, err := useCall(&tokenv1.RedeemRequest{Parent: in.GetParent(), Operation: in.GetOperation(), Units: in.GetUnits()})
	if err != nil {
		return nil, err
	}
	price, err := fromMoney(in.GetPrice(), "price")
	if err != nil {
		return nil, err
	}
	o, err := s.app.Quote(ctx, app.QuoteCall{Sub: c.Sub, ID: in.GetOverageId(), Operation: c.Use.Operation, Units: c.Use.Units, Price: price})
	if err != nil {
		return nil, err
	}
	return toOverage(o), nil
}

// AgreeOverage records the customer's agreement.
func (s *Service) AgreeOverage(ctx context.Context, in *tokenv1.AgreeOverageRequest) (*tokenv1.Overage, error) {
	sub, id, err := child(overageName, in.GetName())
	if err != nil {
		return nil, err
	}
	price, err := fromMoney(in.GetPrice(), "price")
	if err != nil {
		return nil, err
	}
	o, err := s.app.Agree(ctx, sub, id, in.GetEtag(), price, rpc.FromContext(ctx).Subject)
	if err != nil {
		return nil, err
	}
	return toOverage(o), nil
}

// DeclineOverage records that the customer declined.
func (s *Service) DeclineOverage(ctx context.Context, in *tokenv1.DeclineOverageRequest) (*tokenv1.Overage, error) {
	sub, id, err := child(overageName, in.GetName())
	if err != nil {
		return nil, err
	}
	o, err := s.app.Decline(ctx, sub, id, in.GetEtag())
	if err != nil {
		return nil, err
	}
	return toOverage(o), nil
}

// ProposeCorrection proposes a correction.
func (s *Service) ProposeCorrection(ctx context.Context, in *tokenv1.ProposeCorrectionRequest) (*tokenv1.Correction, error) {
	sub, err := exact(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	c := in.GetCorrection()
	p := store.Correct{
		Sub: sub, ID: in.GetCorrectionId(), Year: int(c.GetYear()), Tokens: int(c.GetTokens()), Note: c.GetNote(),
		ProposedBy: rpc.FromContext(ctx).Subject,
	}
	if c.GetRedemption() != "" {
		ids, err := redemptionName.Parse(c.GetRedemption(), "correction.redemption")
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(c.GetRedemption(), sub.Name()+"/") {
			return nil, fault.NotFound(fault.ReasonNotFound, c.GetRedemption())
		}
		p.Redemption = ids[4]
	}
	if p, err = s.app.Propose(ctx, p, c.GetUnit()); err != nil {
		return nil, err
	}
	return toCorrection(p), nil
}

// ApproveCorrection approves a correction: the second person.
func (s *Service) ApproveCorrection(ctx context.Context, in *tokenv1.ApproveCorrectionRequest) (*tokenv1.Correction, error) {
	return s.decide(ctx, in.GetName(), in.GetEtag(), true)
}

// RejectCorrection rejects a correction.
func (s *Service) RejectCorrection(ctx context.Context, in *tokenv1.RejectCorrectionRequest) (*tokenv1.Correction, error) {
	return s.decide(ctx, in.GetName(), in.GetEtag(), false)
}

func (s *Service) decide(ctx context.Context, name, etag string, approve bool) (*tokenv1.Correction, error) {
	sub, id, err := child(correctionName, name)
	if err != nil {
		return nil, err
	}
	c, err := s.app.Decide(ctx, sub, id, etag, rpc.FromContext(ctx).Subject, approve)
	if err != nil {
		return nil, err
	}
	return toCorrection(c), nil
}

// ReportSnapshotCapacity reports the use of a snapshot store.
func (s *Service) ReportSnapshotCapacity(ctx context.Context, in *tokenv1.ReportSnapshotCapacityRequest) (*tokenv1.SnapshotStore, error) {
	sub, err := exact(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	at, err := wire.FromTime(in.GetReportTime(), "report_time")
	if err != nil {
		return nil, err
	}
	st, err := s.app.Capacity(ctx, sub, in.GetUsedBytes(), in.GetCapacityBytes(), at)
	if err != nil {
		return nil, err
	}
	return toStorage(st), nil
}

// list is what every list begins with.
type list struct {
	page.List
	parent store.Sub
}

// begin reads the parameters of a list whose sort key has n values.
func (s *Service) begin(method, parent, token string, size int32, n int, filters ...string) (list, error) {
	p, err := parentOf(parent)
	if err != nil {
		return list{}, err
	}
	l, err := s.app.Pages.Open(size, token, n, append([]string{method, parent}, filters...)...)
	return list{List: l, parent: p}, err
}

// more cuts a page at its size and gives the token of the next one.
func more[T any](l list, rows []T, key func(T) []string) ([]T, string) {
	return page.Cut(l.List, rows, func(i int) []string { return key(rows[i]) })
}
