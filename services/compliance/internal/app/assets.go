package app

import (
	"context"
	"errors"

	"cloudpact.dev/services/compliance/internal/custody"
	"cloudpact.dev/services/compliance/internal/facts"
	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/terms"
)

// NewAsset is an asset that is registered.
type NewAsset struct {
	Asset        record.Key
	Subscription record.Key
	Title        string
	Price        money.Money
	Evidence     string
}

// RegisterAsset registers an asset; it is not with the customer yet.
func (a *App) RegisterAsset(ctx context.Context, in NewAsset) (record.Asset, error) {
	return write(ctx, a, in.Asset.ContractKey, func(ctx context.Context, x *act) (record.Asset, error) {
		r := record.Asset{
			Key: in.Asset, Subscription: in.Subscription.ID, Title: in.Title, Price: in.Price, Evidence: in.Evidence,
			State: custody.Registered, Version: 1,
		}
		if err := x.running(ctx, []string{in.Subscription.SubscriptionName()}); err != nil {
			return r, underField(err, "asset.subscription")
		}
		if in.Price.Currency != x.contract.Currency {
			return r, fault.Invalid(ReasonCurrencyInvalid, "asset.market_price", "the contract is in "+x.contract.Currency)
		}
		if err := custody.CheckEvidence(x.terms, in.Evidence); err != nil {
			return r, fault.Invalid(ReasonEvidenceRequired, "asset.price_evidence", err.Error())
		}
		r.Citations = x.custodyCitations()
		if err := inserted(x.store.InsertAsset(ctx, x.tx, r), r.Name()); err != nil {
			return r, err
		}
		return r, x.custodyChanged(ctx, r)
	}, func(ctx context.Context, q db.Querier) (record.Asset, error) { return a.readAsset(ctx, q, in.Asset) })
}

// underField names the request's own field in a refusal.
func underField(err error, path string) error {
	if f := new(fault.Fault); errors.As(err, &f) && f.Reason == ReasonContractUnknown {
		return fault.NotFound(f.Reason, f.Metadata["name"]).And(path, "no such service of this contract")
	}
	return err
}

// custodyCitations are the clauses that custody rests on from the beginning.
func (x *act) custodyCitations() []explain.Citation {
	if x.terms.Custody == nil || x.terms.Custody.Clause == "" {
		return nil
	}
	return []explain.Citation{x.terms.Cite(x.terms.Custody.Clause)}
}

// custodyChanged tells where an asset stands.
func (x *act) custodyChanged(ctx context.Context, r record.Asset) error {
	f := facts.AssetCustodyChanged{
		Contract: x.key().Name(), Asset: r.Name(), Subscription: x.key().In(r.Subscription).SubscriptionName(),
		State: string(r.State), Changed: x.today, ReturnLastDay: r.ReturnLast,
	}
	if x.terms.Custody != nil {
		if f.Clause = x.terms.Custody.Clause; !r.ReturnLast.IsZero() {
			f.Clause = x.terms.Custody.ReturnClause
		}
	}
	return x.tell(ctx, f)
}

// DeliverAsset records the first day of custody.
func (a *App) DeliverAsset(ctx context.Context, k record.Key, etag string, on date.Date) (record.Asset, error) {
	if on.IsZero() {
		return record.Asset{}, invalid("delivered_date", "name the day of delivery")
	}
	return write(ctx, a, k.ContractKey, func(ctx context.Context, x *act) (record.Asset, error) {
		r, err := x.assetFor(ctx, k, etag)
		if err != nil {
			return r, err
		}
		if r.State != custody.Registered {
			return r, assetState(r, "only an asset that was not delivered yet is delivered")
		}
		if err := notAfterToday(on, x.today, "delivered_date"); err != nil {
			return r, err
		}
		r.State, r.Delivered = custody.InCustody, on
		if err := x.limitReturn(ctx, &r); err != nil {
			return r, err
		}
		if err := x.saveAsset(ctx, &r); err != nil {
			return r, err
		}
		return r, x.custodyChanged(ctx, r)
	}, func(ctx context.Context, q db.Querier) (record.Asset, error) { return a.readAsset(ctx, q, k) })
}

// Receipt is an asset's return to the provider.
type Receipt struct {
	Asset     record.Key
	Etag      string
	On        date.Date
	Condition custody.Condition
}

// ReceiveAsset records receipt from the customer. A late return may take the
// demand for the price away; damage in custody is charged.
func (a *App) ReceiveAsset(ctx context.Context, in Receipt) (record.Asset, error) {
	switch {
	case in.On.IsZero():
		return record.Asset{}, invalid("returned_date", "name the day of receipt")
	case in.Condition != custody.OK && in.Condition != custody.Damaged && in.Condition != custody.Incomplete:
		return record.Asset{}, invalid("condition", "say OK, DAMAGED or INCOMPLETE")
	}
	return write(ctx, a, in.Asset.ContractKey, func(ctx context.Context, x *act) (record.Asset, error) {
		r, err := x.assetFor(ctx, in.Asset, in.Etag)
		if err != nil {
			return r, err
		}
		if !r.State.With() {
			return r, assetState(r, "only an asset in the customer's hands is received")
		}
		if err := errors.Join(notAfterToday(in.On, x.today, "returned_date"),
			notBefore(in.On, r.Delivered, "returned_date", "the delivery")); err != nil {
			return r, err
		}
		t, err := x.on(ctx, in.On)
		if err != nil {
			return r, err
		}
		withdraws := custody.Withdraws(t, custody.Receipt{
			On: in.On, Condition: in.Condition,
			Demanded: r.State == custody.Demanded, Paid: r.Paid,
		})
		if err := x.settleReturn(in.On, r); err != nil {
			return r, err
		}
		r.State, r.Returned, r.Condition, r.Withdrawn = custody.Returned, in.On, in.Condition, withdraws
		if in.Condition != custody.OK {
			if err := x.chargeLoss(ctx, &r, in.On, false); err != nil {
				return r, err
			}
		}
		if err := x.saveAsset(ctx, &r); err != nil {
			return r, err
		}
		if err := x.custodyChanged(ctx, r); err != nil || !withdraws {
			return r, err
		}
		return r, x.tell(ctx, facts.ReplacementWithdrawn{
			Contract: x.key().Name(), Asset: r.Name(),
			Subscription: x.key().In(r.Subscription).SubscriptionName(), Clause: x.terms.Replacement.ReturnClause,
		})
	}, func(ctx context.Context, q db.Querier) (record.Asset, error) { return a.readAsset(ctx, q, in.Asset) })
}

// Loss is a report of loss or damage in custody.
type Loss struct {
	Asset       record.Key
	Etag        string
	On          date.Date
	WearAndTear bool
}

// ReportAssetLoss records loss or damage; its price is payable unless it is fair
// wear and tear.
func (a *App) ReportAssetLoss(ctx context.Context, in Loss) (record.Asset, error) {
	if in.On.IsZero() {
		return record.Asset{}, invalid("loss_date", "name the day of the loss")
	}
	return write(ctx, a, in.Asset.ContractKey, func(ctx context.Context, x *act) (record.Asset, error) {
		r, err := x.assetFor(ctx, in.Asset, in.Etag)
		if err != nil {
			return r, err
		}
		if !r.State.With() {
			return r, assetState(r, "only an asset in the customer's hands is lost or damaged there")
		}
		if err := errors.Join(notAfterToday(in.On, x.today, "loss_date"), notBefore(in.On, r.Delivered, "loss_date", "the delivery")); err != nil {
			return r, err
		}
		if in.WearAndTear {
			return r, x.log(ctx, "wear_and_tear_reported", r.Name(), x.terms.Custody.Clause)
		}
		if err := x.dropReturn(r); err != nil {
			return r, err
		}
		demanded := r.State == custody.Demanded
		r.State = custody.Lost
		if err := x.chargeLoss(ctx, &r, in.On, demanded); err != nil {
			return r, err
		}
		if err := x.saveAsset(ctx, &r); err != nil {
			return r, err
		}
		return r, x.custodyChanged(ctx, r)
	}, func(ctx context.Context, q db.Querier) (record.Asset, error) { return a.readAsset(ctx, q, in.Asset) })
}

// chargeLoss demands the price of what was lost or damaged, unless it was
// demanded before.
func (x *act) chargeLoss(ctx context.Context, r *record.Asset, on date.Date, demanded bool) error {
	demanded = demanded || !r.Demand.IsZero() && !r.Withdrawn
	t, err := x.on(ctx, on)
	if err != nil || !custody.Chargeable(t, custody.Loss{Delivered: r.Delivered, On: on, Charged: demanded}) {
		return err
	}
	d, ok := custody.ForLoss(t, r.Name(), r.Price, x.today)
	if !ok {
		return nil
	}
	return x.demandPrice(ctx, t, r, d)
}

// demandPrice notes and tells a demand for the price.
func (x *act) demandPrice(ctx context.Context, t terms.Resolved, r *record.Asset, d custody.Demand) error {
	if err := custody.CheckEvidence(t, r.Evidence); err != nil {
		return fault.Precondition(ReasonEvidenceRequired, r.Name(), err.Error())
	}
	r.Demand, r.PaymentLast = d.Date, d.PaymentLastDay
	r.Citations = append(r.Citations, d.Explanation.Citations()...)
	return x.tell(ctx, facts.ReplacementDemanded{
		Contract: x.key().Name(), Asset: r.Name(),
		Subscription: x.key().In(r.Subscription).SubscriptionName(), Price: d.Price, Demand: d.Date, LastDay: d.PaymentLastDay, Clause: d.Clause,
	})
}

// DemandReplacement demands the price of an asset that was not returned in time.
func (a *App) DemandReplacement(ctx context.Context, k record.Key, etag string, on date.Date) (record.Asset, error) {
	return write(ctx, a, k.ContractKey, func(ctx context.Context, x *act) (record.Asset, error) {
		r, err := x.assetFor(ctx, k, etag)
		if err != nil {
			return r, err
		}
		if r.State != custody.ReturnOverdue {
			return r, assetState(r, "the price is demanded when the time to return it has passed")
		}
		if on.IsZero() {
			on = x.today
		}
		if err := errors.Join(notAfterToday(on, x.today, "demand_date"),
			notBefore(on, r.ReturnLast.AddDays(1), "demand_date", "the first late day")); err != nil {
			return r, err
		}
		t, err := x.on(ctx, on)
		if err != nil {
			return r, err
		}
		d, ok := custody.ForReturn(t, r.Name(), r.Price, on)
		if !ok {
			return r, fault.Precondition(ReasonNoGround, r.Name(), "the terms give no price for what is not returned")
		}
		r.State = custody.Demanded
		if err := x.demandPrice(ctx, t, &r, d); err != nil {
			return r, err
		}
		if err := x.saveAsset(ctx, &r); err != nil {
			return r, err
		}
		return r, x.custodyChanged(ctx, r)
	}, func(ctx context.Context, q db.Querier) (record.Asset, error) { return a.readAsset(ctx, q, k) })
}

// assetFor reads an asset that a person acts on.
func (x *act) assetFor(ctx context.Context, k record.Key, etag string) (record.Asset, error) {
	r, err := x.readAsset(ctx, x.tx, k)
	if err != nil {
		return r, err
	}
	return r, checkEtag(etag, r.Version, r.Name())
}

func (a *App) readAsset(ctx context.Context, q db.Querier, k record.Key) (record.Asset, error) {
	r, ok, err := a.store.Asset(ctx, q, k)
	return found(r, ok, err, k.AssetName())
}

func assetState(r record.Asset, want string) error {
	return fault.Precondition(ReasonAssetState, r.Name(), "the asset is "+string(r.State)+"; "+want).With("state", string(r.State))
}
