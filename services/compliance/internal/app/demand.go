package app

import (
	"context"
	"errors"

	"cloudpact.dev/services/compliance/internal/cure"
	"cloudpact.dev/services/compliance/internal/facts"
	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
)

// Demand is a written demand to mend a breach.
type Demand struct {
	Case record.Key
	Etag string
	// Date of the demand; today where unset.
	Date date.Date
	// Days to mend it; 0 means what the agreement gives.
	Days int
}

// DemandCure records the written demand: the time to mend runs.
func (a *App) DemandCure(ctx context.Context, in Demand) (record.Case, error) {
	return write(ctx, a, in.Case.ContractKey, func(ctx context.Context, x *act) (record.Case, error) {
		c, err := x.caseFor(ctx, in.Case, in.Etag)
		if err != nil {
			return c, err
		}
		if c.State != cure.Open {
			return c, caseState(c, "a demand is made on an open case")
		}
		if c.Demand = in.Date; c.Demand.IsZero() {
			c.Demand = x.today
		}
		if err := errors.Join(notAfterToday(c.Demand, x.today, "demand_date"),
			notBefore(c.Demand, c.Opened, "demand_date", "the day on which the breach arose")); err != nil {
			return c, err
		}
		c.CureDays = in.Days
		t, err := x.on(ctx, c.Demand)
		if err != nil {
			return c, err
		}
		p, runs, err := cure.Run(t, c.Facts())
		if err != nil {
			return c, daysFault(err)
		}
		if !runs {
			return c, fault.Precondition(ReasonNoGround, c.Name(), "the terms give no ground that a demand would begin")
		}
		c.CureDays = p.Days
		if c, err = x.judge(ctx, c); err != nil {
			return c, err
		}
		demanded := facts.CureDemanded{Contract: x.key().Name(), Case: c.Name(), Kind: c.Kind, Demand: c.Demand, LastDay: c.CureLastDay, Clause: c.Ground}
		if c.Kind == record.KindArrears {
			acc, _, err := x.store.Account(ctx, x.tx, x.key().In(c.Account))
			if err != nil {
				return c, err
			}
			demanded.Open = acc.Open
		}
		return c, x.tell(ctx, demanded)
	}, func(ctx context.Context, q db.Querier) (record.Case, error) { return a.readCase(ctx, q, in.Case) })
}

func daysFault(err error) error {
	var days *cure.DaysOutOfRange
	if errors.As(err, &days) {
		return fault.Invalid(ReasonCureDaysOutOfRange, "cure_days", err.Error())
	}
	return err
}

// caseFor reads a case that a person acts on.
func (x *act) caseFor(ctx context.Context, k record.Key, etag string) (record.Case, error) {
	c, err := x.readCase(ctx, x.tx, k)
	if err != nil {
		return c, err
	}
	return c, checkEtag(etag, c.Version, c.Name())
}

func (a *App) readCase(ctx context.Context, q db.Querier, k record.Key) (record.Case, error) {
	c, ok, err := a.store.Case(ctx, q, k)
	return found(c, ok, err, k.CaseName())
}

func caseState(c record.Case, want string) error {
	return fault.Precondition(ReasonCaseState, c.Name(), "the case is "+string(c.State)+"; "+want).With("state", string(c.State))
}

// CloseCase closes a case by waiver. Counters and other cases stay.
func (a *App) CloseCase(ctx context.Context, k record.Key, etag, note string) (record.Case, error) {
	if err := need(note, "note"); err != nil {
		return record.Case{}, err
	}
	return write(ctx, a, k.ContractKey, func(ctx context.Context, x *act) (record.Case, error) {
		c, err := x.caseFor(ctx, k, etag)
		if err != nil {
			return c, err
		}
		if c.State.Over() || c.State == cure.Suspended {
			return c, caseState(c, "a case is closed while nothing has been done on it")
		}
		old := c.Version
		clause := ""
		if x.terms.Strikes != nil {
			clause = x.terms.Strikes.WaiverClause
		}
		if clause != "" {
			c.Citations = append(c.Citations, x.terms.Cite(clause, x.terms.Strikes.WaiverRemoves.Reading))
		}
		c.State, c.Note, c.Version = cure.Closed, note, old+1
		if err := updated(x.store.UpdateCase(ctx, x.tx, c, old), c.Name()); err != nil {
			return c, err
		}
		if err := x.moved(ctx, c); err != nil {
			return c, err
		}
		return c, x.tell(ctx, facts.CaseClosed{Contract: x.key().Name(), Case: c.Name(), Clause: clause})
	}, func(ctx context.Context, q db.Querier) (record.Case, error) { return a.readCase(ctx, q, k) })
}
