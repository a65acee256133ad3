package app

import (
	"context"
	"strings"

	"cloudpact.dev/services/compliance/internal/cure"
	"cloudpact.dev/services/compliance/internal/decision"
	"cloudpact.dev/services/compliance/internal/facts"
	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/compliance/internal/restoration"
	"cloudpact.dev/services/compliance/internal/retention"
	"cloudpact.dev/services/figures/approval"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
)

// matter is what a decision is about as it stands now: the facts on which a
// second person relies.
func (x *act) matter(ctx context.Context, d record.Decision) (decision.Matter, error) {
	m := decision.Matter{Action: d.Action, Subject: d.Subject, Facts: []string{d.Clause, d.LastDay.String()}}
	m.Facts = append(m.Facts, d.Subscriptions...)
	switch d.Action {
	case decision.PlaceHold, decision.Terminate:
		c, err := x.readCase(ctx, x.tx, x.key().In(d.Case))
		if err != nil {
			return m, err
		}
		ground := "no ground"
		if c.State == cure.RemedyAvailable || d.Action == decision.Terminate && c.State == cure.Suspended {
			ground = "ground"
		}
		if d.Action == decision.Terminate && d.LastDay.Before(x.today) {
			ground = "the last day has passed"
		}
		m.Facts = append(m.Facts, c.Name(), c.CureLastDay.String(), ground)
	case decision.LiftHold:
		h, err := x.readHold(ctx, x.tx, x.subject(d, "holds"))
		if err != nil {
			return m, err
		}
		state, err := x.conditions(ctx, h)
		if err != nil {
			return m, err
		}
		m.Facts = append(m.Facts, string(h.State), h.Placed.UTC().String())
		for _, c := range restoration.Open(h.Offer.Asks(), state) {
			m.Facts = append(m.Facts, string(c))
		}
	case decision.DeleteData:
		r, err := x.readRetention(ctx, x.tx, x.subject(d, "subscriptions"))
		if err != nil {
			return m, err
		}
		m.Facts = append(m.Facts, string(r.State), r.LastDay.String(), r.LegalHold)
	}
	return m, nil
}

// subject is the key of what a decision acts on.
func (x *act) subject(d record.Decision, collection string) record.Key {
	name := strings.TrimSuffix(d.Subject, "/dataRetention")
	k, _ := record.Parse(name, collection)
	return k
}

// ApproveDecision is the second person's: the act is done.
func (a *App) ApproveDecision(ctx context.Context, k record.Key, hash string) (record.Decision, error) {
	if err := need(hash, "hash"); err != nil {
		return record.Decision{}, err
	}
	return a.vote(ctx, k, hash, "", false)
}

// RejectDecision ends a proposal for good.
func (a *App) RejectDecision(ctx context.Context, k record.Key, note string) (record.Decision, error) {
	if err := need(note, "note"); err != nil {
		return record.Decision{}, err
	}
	return a.vote(ctx, k, "", note, true)
}

func (a *App) vote(ctx context.Context, k record.Key, hash, note string, reject bool) (record.Decision, error) {
	return write(ctx, a, k.ContractKey, func(ctx context.Context, x *act) (record.Decision, error) {
		d, err := x.readDecision(ctx, x.tx, k)
		if err != nil {
			return d, err
		}
		m, err := x.matter(ctx, d)
		if err != nil {
			return d, err
		}
		if reject {
			hash = d.Hash
		}
		state, why := decision.Decide(decision.Proposal{Hash: d.Hash, Proposer: d.ProposedBy, State: d.State},
			decision.Vote{Subject: x.actor, Hash: hash, Reject: reject, At: x.now}, m.Hash())
		if why != "" {
			return d, voteFault(d, why)
		}
		d.RejectNote = note
		if state == decision.Approved {
			d.ApprovedBy = x.actor
			if err := x.execute(ctx, d); err != nil {
				return d, err
			}
		}
		return x.decided(ctx, d, state)
	}, func(ctx context.Context, q db.Querier) (record.Decision, error) { return a.readDecision(ctx, q, k) })
}

func voteFault(d record.Decision, why decision.Why) error {
	switch why {
	case decision.NotOpen:
		return fault.Precondition(ReasonDecisionState, d.Name(), "the decision is "+string(d.State)+"; propose it anew").With("state", string(d.State))
	case decision.SecondPerson:
		return fault.Denied(ReasonSecondPerson, d.ProposedBy+" proposed it, so somebody else has to approve it")
	}
	return fault.Aborted(ReasonApprovalStale, d.Name(), "what is approved has changed since; read the decision again")
}

func (a *App) readDecision(ctx context.Context, q db.Querier, k record.Key) (record.Decision, error) {
	d, ok, err := a.store.Decision(ctx, q, k)
	return found(d, ok, err, k.DecisionName())
}

// decided keeps how a decision fell and tells it.
func (x *act) decided(ctx context.Context, d record.Decision, state decision.State) (record.Decision, error) {
	d.Version++
	d.State, d.Decided = state, x.now
	if err := updated(x.store.UpdateDecision(ctx, x.tx, d, d.Version-1), d.Name()); err != nil {
		return d, err
	}
	if state != decision.Approved {
		if err := x.withdrawHold(ctx, d); err != nil {
			return d, err
		}
	}
	return d, x.tell(ctx, facts.DecisionMade{Contract: x.key().Name(), Decision: d.Name(), Action: string(d.Action), State: string(state)})
}

// endDecision ends a proposal that nobody has to decide any more.
func (x *act) endDecision(ctx context.Context, d record.Decision, state decision.State) error {
	_, err := x.decided(ctx, d, state)
	return err
}

// withdrawHold rejects the hold that was proposed together with a decision.
func (x *act) withdrawHold(ctx context.Context, d record.Decision) error {
	if d.Action != decision.PlaceHold {
		return nil
	}
	h, err := x.readHold(ctx, x.tx, x.subject(d, "holds"))
	if err != nil {
		return err
	}
	h.State = record.HoldRejected
	return x.saveHold(ctx, &h)
}

// execute does what was approved.
func (x *act) execute(ctx context.Context, d record.Decision) error {
	switch d.Action {
	case decision.PlaceHold:
		return x.placeHold(ctx, d)
	case decision.LiftHold:
		return x.liftHold(ctx, d)
	case decision.Terminate:
		return x.terminate(ctx, d)
	}
	return x.deleteData(ctx, d)
}

func (x *act) placeHold(ctx context.Context, d record.Decision) error {
	h, err := x.readHold(ctx, x.tx, x.subject(d, "holds"))
	if err != nil {
		return err
	}
	h.State, h.Placed, h.ApprovedBy = record.HoldPlaced, x.now, x.actor
	if err := x.saveHold(ctx, &h); err != nil {
		return err
	}
	c, err := x.readCase(ctx, x.tx, x.key().In(h.Case))
	if err != nil {
		return err
	}
	c.State, c.Hold = cure.Suspended, h.ID
	if err := x.saveCase(ctx, &c); err != nil {
		return err
	}
	return x.tell(ctx, facts.HoldPlaced{Contract: x.key().Name(), Hold: h.Name(), Subscriptions: h.Subscriptions, Placed: x.now, Clause: h.Clause})
}

func (x *act) liftHold(ctx context.Context, d record.Decision) error {
	h, err := x.readHold(ctx, x.tx, x.subject(d, "holds"))
	if err != nil {
		return err
	}
	h.State, h.Lifted = record.HoldLifted, x.now
	if err := x.saveHold(ctx, &h); err != nil {
		return err
	}
	c, err := x.readCase(ctx, x.tx, x.key().In(h.Case))
	if err != nil {
		return err
	}
	if c.State == cure.Suspended {
		c.State = cure.AfterHold(c.Mended)
		if err := x.saveCase(ctx, &c); err != nil {
			return err
		}
		if c.State == cure.Cured {
			if err := x.moved(ctx, c); err != nil {
				return err
			}
		}
	}
	return x.tell(ctx, facts.HoldLifted{Contract: x.key().Name(), Hold: h.Name(), Subscriptions: h.Subscriptions, Lifted: x.now, Clause: d.Clause})
}

func (x *act) terminate(ctx context.Context, d record.Decision) error {
	c, err := x.readCase(ctx, x.tx, x.key().In(d.Case))
	if err != nil {
		return err
	}
	c.State = cure.Terminated
	if err := x.saveCase(ctx, &c); err != nil {
		return err
	}
	return x.tell(ctx, facts.TerminationOrdered{Contract: x.key().Name(), Decision: d.Name(), Subscriptions: d.Subscriptions, LastDay: d.LastDay, Clause: d.Clause})
}

func (x *act) deleteData(ctx context.Context, d record.Decision) error {
	r, err := x.readRetention(ctx, x.tx, x.subject(d, "subscriptions"))
	if err != nil {
		return err
	}
	r.Deleted, r.State = x.now, retention.Deleted
	r.Tombstone = approval.Hash([]byte(r.Name()), []byte(r.LastDay.String()), []byte(d.Hash), []byte(x.now.UTC().String()))
	if err := x.saveRetention(ctx, &r); err != nil {
		return err
	}
	return x.tell(ctx, facts.DataDeleted{Contract: x.key().Name(), Subscription: r.SubscriptionName(), Deleted: x.now, Tombstone: r.Tombstone, Clause: d.Clause})
}

func (x *act) saveCase(ctx context.Context, c *record.Case) error {
	c.Version++
	return updated(x.store.UpdateCase(ctx, x.tx, *c, c.Version-1), c.Name())
}
