package app

import (
	"context"

	"cloudpact.dev/services/compliance/internal/custody"
	"cloudpact.dev/services/compliance/internal/facts"
	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/compliance/internal/retention"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
)

// causeExpiry is how billing spells that the order ended a service by itself.
const causeExpiry = "EXPIRY"

// Kinds of the deadlines that an end sets.
const (
	kindAssetStop    = "asset_stop"
	kindAssetReturn  = "asset_return"
	kindDataDeletion = "data_deletion"
)

// serviceChanged keeps what is known of a service. Its last day, when it is
// fixed, moved or taken back, moves what follows from an end.
func (x *act) serviceChanged(ctx context.Context, f facts.Subscription) error {
	k, ok := record.Parse(f.Subscription, "subscriptions")
	if !ok {
		return invalid("subscription", f.Subscription+" is no subscription")
	}
	was, known, err := x.store.Service(ctx, x.tx, k)
	if err != nil {
		return err
	}
	s := record.Service{Key: k, Kind: f.Kind, State: f.State, LastDay: f.LastDay, EndCause: f.EndCause, Version: f.Version}
	if err := x.store.PutService(ctx, x.tx, s); err != nil || known && was.LastDay == s.LastDay && was.EndCause == s.EndCause {
		return err
	}
	return x.limit(ctx, s)
}

// amended decides anew what follows from the ends of a contract's services.
func (x *act) amended(ctx context.Context) error {
	all, err := x.store.ServicesOf(ctx, x.tx, x.key())
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.LastDay.IsZero() {
			continue
		}
		if err := x.limit(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// limit sets, moves or withdraws what follows from the end of a service.
func (x *act) limit(ctx context.Context, s record.Service) error {
	if err := x.limitDeletion(ctx, s); err != nil {
		return err
	}
	assets, err := x.store.AssetsOf(ctx, x.tx, s.Key)
	if err != nil {
		return err
	}
	for _, r := range assets {
		state, last := r.State, r.ReturnLast
		if err := x.limitReturn(ctx, &r); err != nil {
			return err
		}
		if r.State == state && r.ReturnLast == last {
			continue
		}
		if err := x.saveAsset(ctx, &r); err != nil {
			return err
		}
		if err := x.custodyChanged(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// uses is what an asset serves.
func (x *act) uses(ctx context.Context, r record.Asset) (custody.Use, error) {
	s, _, err := x.store.Service(ctx, x.tx, x.key().In(r.Subscription))
	return custody.Use{LastDay: s.LastDay, Expired: s.EndCause == causeExpiry}, err
}

// limitReturn sets, moves or withdraws the time limit for returning an asset,
// and puts the asset where it stands today.
func (x *act) limitReturn(ctx context.Context, r *record.Asset) error {
	if r.State != custody.InCustody && r.State != custody.ReturnDue && r.State != custody.ReturnOverdue {
		return nil
	}
	use, err := x.uses(ctx, *r)
	if err != nil {
		return err
	}
	t, err := x.on(ctx, use.LastDay)
	if err != nil {
		return err
	}
	limit, owed := custody.Due(t, r.Name(), use)
	r.State = custody.Stand(r.State, limit, owed, x.today)
	r.ReturnLast, r.Citations = limit.LastDay, append(x.custodyCitations(), limit.Explanation.Citations()...)
	if !owed {
		return x.dropReturn(*r)
	}
	clause := t.Custody.ReturnClause
	stop := commit.Deadline{
		Name: kindAssetStop + "/" + r.Name(), Subject: r.Name(), Kind: kindAssetStop, Clause: clause,
		Consequence: "the asset is to be returned", Due: x.start(limit.StopFrom), Rank: commit.RankState,
	}
	late := commit.Deadline{
		Name: kindAssetReturn + "/" + r.Name(), Subject: r.Name(), Kind: kindAssetReturn, Clause: clause,
		Consequence: "the provider may demand the replacement price", Due: x.start(limit.OverdueFrom), Rank: commit.RankEnforcement,
	}
	if r.State == custody.InCustody {
		if err := x.tx.SetDeadline(stop); err != nil {
			return err
		}
	} else if err := x.tx.SettleDeadline(stop.Name, commit.Met); err != nil {
		return err
	}
	if r.State == custody.ReturnOverdue {
		return x.tx.SettleDeadline(late.Name, commit.Missed)
	}
	return x.tx.SetDeadline(late)
}

// dropReturn withdraws the time limit for returning an asset.
func (x *act) dropReturn(r record.Asset) error {
	for _, kind := range []string{kindAssetStop, kindAssetReturn} {
		if err := x.tx.SettleDeadline(kind+"/"+r.Name(), commit.Withdrawn); err != nil {
			return err
		}
	}
	return nil
}

// settleReturn ends the time limit of an asset that came back on a day.
func (x *act) settleReturn(on date.Date, r record.Asset) error {
	as := commit.Met
	if r.ReturnLast.IsZero() {
		as = commit.Withdrawn
	} else if on.After(r.ReturnLast) {
		as = commit.Missed
	}
	if err := x.tx.SettleDeadline(kindAssetStop+"/"+r.Name(), commit.Withdrawn); err != nil {
		return err
	}
	return x.tx.SettleDeadline(kindAssetReturn+"/"+r.Name(), as)
}

// AssetDue makes an asset due for return, or overdue, when its day has come.
func (a *App) AssetDue(ctx context.Context, tx *commit.Tx, d commit.Deadline) error {
	k, x, err := a.due(ctx, tx, d, "assets")
	if err != nil {
		return err
	}
	r, err := x.readAsset(ctx, tx, k)
	if err != nil {
		return err
	}
	was := r.State
	if err := x.limitReturn(ctx, &r); err != nil {
		return err
	}
	as := commit.Met
	if d.Kind == kindAssetReturn {
		as = commit.Missed
	}
	if err := tx.SettleDeadline(d.Name, as); err != nil || r.State == was {
		return err
	}
	if err := x.saveAsset(ctx, &r); err != nil {
		return err
	}
	return x.custodyChanged(ctx, r)
}

// limitDeletion sets, moves or withdraws the day from which the data of a
// service may be deleted. What was deleted stays so.
func (x *act) limitDeletion(ctx context.Context, s record.Service) error {
	r, _, err := x.store.Retention(ctx, x.tx, s.Key)
	if err != nil {
		return err
	}
	r.Key, r.LastDay = s.Key, s.LastDay
	return x.judgeRetention(ctx, &r)
}

// judgeRetention decides anew where the data of a service stands, keeps it, and
// tells when deletion becomes possible.
func (x *act) judgeRetention(ctx context.Context, r *record.Retention) error {
	was := r.State
	t, err := x.on(ctx, r.LastDay)
	if err != nil {
		return err
	}
	first, why, ended := retention.First(t, r.Facts())
	r.AllowedFrom = first
	if r.State = retention.Judge(t, r.Facts(), x.today); ended {
		r.Citations = why.Citations()
	}
	if err := x.saveRetention(ctx, r); err != nil {
		return err
	}
	name := kindDataDeletion + "/" + r.SubscriptionName()
	switch {
	case !r.Deleted.IsZero():
		return nil
	case !ended:
		return x.tx.SettleDeadline(name, commit.Withdrawn)
	case x.today.Before(first):
		return x.tx.SetDeadline(commit.Deadline{
			Name: name, Subject: r.SubscriptionName(), Kind: kindDataDeletion, Clause: t.Retention.Clause,
			Consequence: "the provider may delete the data stored in the service", Due: x.start(first), Rank: commit.RankEntitlement,
		})
	}
	if err := x.tx.SettleDeadline(name, commit.Met); err != nil || r.State != retention.Allowed || was == retention.Allowed {
		return err
	}
	return x.tell(ctx, facts.DataDeletionAllowed{Contract: x.key().Name(), Subscription: r.SubscriptionName(), From: first, Clause: t.Retention.Clause})
}

// DataDue makes the data of an ended service deletable when its day has come.
func (a *App) DataDue(ctx context.Context, tx *commit.Tx, d commit.Deadline) error {
	k, x, err := a.due(ctx, tx, d, "subscriptions")
	if err != nil {
		return err
	}
	r, err := x.readRetention(ctx, tx, k)
	if err != nil {
		return err
	}
	return x.judgeRetention(ctx, &r)
}

func (x *act) saveRetention(ctx context.Context, r *record.Retention) error {
	r.Version++
	return x.store.PutRetention(ctx, x.tx, *r)
}
