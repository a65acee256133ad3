package app

import (
	"context"
	"errors"
	"strconv"

	"cloudpact.dev/services/compliance/internal/cure"
	"cloudpact.dev/services/compliance/internal/decision"
	"cloudpact.dev/services/compliance/internal/facts"
	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/resource"
)

// kindCureEnd is the kind of the deadline at which remedies become available.
const kindCureEnd = "cure_end"

func cureEnd(c record.Case) string { return kindCureEnd + "/" + c.Name() }

// open opens a case under its stable id; a later spell of the same day gets a
// number.
func (x *act) open(ctx context.Context, c record.Case, base string) (record.Case, error) {
	if !resource.ValidID(base) {
		base = resource.ID("case", c.ContractKey.Name(), base)
	}
	rule, _ := x.terms.Cure.Rule(c.Cause, "")
	clause := rule.TriggerClause
	if clause == "" {
		clause = rule.Clause
	}
	c.State, c.Version = cure.Open, 1
	c.Ground = rule.Clause
	if clause != "" {
		c.Citations = append(c.Citations, x.terms.Cite(clause, rule.NeedsDemand.Reading))
	}
	for n := 1; ; n++ {
		if c.ID = base; n > 1 {
			c.ID = base + "-" + strconv.Itoa(n)
		}
		err := x.store.InsertCase(ctx, x.tx, c)
		if errors.Is(err, db.ErrExists) {
			continue
		}
		if err != nil {
			return c, err
		}
		break
	}
	account := ""
	if c.Account != "" {
		account = c.ContractKey.In(c.Account).AccountName()
	}
	err := x.tell(ctx, facts.CaseOpened{Contract: x.key().Name(), Case: c.Name(), Kind: c.Kind, Account: account, Opened: c.Opened, Clause: clause})
	if err != nil || cure.NeedsDemand(x.terms, c.Facts()) {
		return c, err
	}
	return x.judge(ctx, c)
}

// judge decides anew where a case stands, keeps it, and tells what changed. The
// time to mend is recomputed from the facts; what a person did stands.
func (x *act) judge(ctx context.Context, c record.Case) (record.Case, error) {
	was, old := c.State, c.Version
	t, err := x.on(ctx, c.Demand)
	if err != nil {
		return c, err
	}
	p, runs, err := cure.Run(t, c.Facts())
	if err != nil {
		return c, err
	}
	if runs {
		c.CureLastDay, c.RemedyFrom, c.Explanation = p.LastDay, p.RemedyFrom, p.Explanation
		c.Citations = p.Explanation.Citations()
	}
	c.State = cure.Judge(was, p, runs, c.Mended, x.today)
	c.Version++
	if err := updated(x.store.UpdateCase(ctx, x.tx, c, old), c.Name()); err != nil {
		return c, err
	}
	if c.State == was {
		return c, nil
	}
	return c, x.moved(ctx, c)
}

// moved tells that a case has moved, and keeps its deadline and the decisions
// that rest on it in step.
func (x *act) moved(ctx context.Context, c record.Case) error {
	switch c.State {
	case cure.Demanded:
		return x.tx.SetDeadline(commit.Deadline{
			Name: cureEnd(c), Subject: c.Name(), Kind: kindCureEnd, Clause: c.Ground,
			Consequence: "the provider may suspend or terminate services", Due: x.start(c.RemedyFrom), Rank: commit.RankEnforcement,
		})
	case cure.RemedyAvailable:
		if err := x.tx.SettleDeadline(cureEnd(c), commit.Missed); err != nil {
			return err
		}
		return x.tell(ctx, facts.RemedyAvailable{Contract: x.key().Name(), Case: c.Name(), From: c.RemedyFrom, Ground: c.Ground})
	case cure.Cured:
		if err := x.over(ctx, c, commit.Met); err != nil {
			return err
		}
		return x.tell(ctx, facts.CaseCured{Contract: x.key().Name(), Case: c.Name(), Cured: c.Mended, Clause: c.Ground})
	case cure.Closed:
		return x.over(ctx, c, commit.Withdrawn)
	}
	return nil
}

// over ends what waits for a case that is over.
func (x *act) over(ctx context.Context, c record.Case, as commit.State) error {
	if err := x.tx.SettleDeadline(cureEnd(c), as); err != nil {
		return err
	}
	open, err := x.store.OpenDecisions(ctx, x.tx, x.key(), c.ID)
	if err != nil {
		return err
	}
	for _, d := range open {
		if d.Action == decision.LiftHold {
			continue // restoring is decided by its own conditions
		}
		if err := x.endDecision(ctx, d, decision.Stale); err != nil {
			return err
		}
	}
	return nil
}

// CureEnded makes the remedies available when the time to mend has passed.
func (a *App) CureEnded(ctx context.Context, tx *commit.Tx, d commit.Deadline) error {
	k, x, err := a.due(ctx, tx, d, "cases")
	if err != nil {
		return err
	}
	c, ok, err := a.store.Case(ctx, tx, k)
	if c, err = found(c, ok, err, d.Subject); err != nil {
		return err
	}
	if c, err = x.judge(ctx, c); err != nil {
		return err
	}
	if c.State == cure.RemedyAvailable || c.State.Over() {
		return tx.SettleDeadline(d.Name, commit.Missed) // settled already where the case moved
	}
	return tx.SettleDeadline(d.Name, commit.Withdrawn)
}

// due begins the consequence of a deadline about something in a contract.
func (a *App) due(ctx context.Context, tx *commit.Tx, d commit.Deadline, collection string) (record.Key, *act, error) {
	k, ok := record.Parse(d.Subject, collection)
	if !ok {
		return k, nil, errors.New("the deadline " + d.Name + " is about " + d.Subject + ", which is not among " + collection)
	}
	x, err := a.act(ctx, tx, k.ContractKey, service)
	return k, x, err
}

// mend notes the day on which a breach ended and judges its case anew; a case
// that is not there is none.
func (x *act) mend(ctx context.Context, id string, on date.Date) error {
	if id == "" {
		return nil
	}
	c, ok, err := x.store.Case(ctx, x.tx, x.key().In(id))
	if err != nil || !ok {
		return err
	}
	c.Mended = on
	_, err = x.judge(ctx, c)
	return err
}
