package app

import (
	"context"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/token/internal/redeem"
	"cloudpact.dev/services/token/internal/store"
)

// Propose proposes a correction: the reversal of a use, or tokens added to or
// taken from a lot. Nothing changes before a second person approves.
func (a *App) Propose(ctx context.Context, p store.Correct, unit string) (store.Correct, error) {
	if err := resource.CheckID(p.ID, "correction_id"); err != nil {
		return p, err
	}
	if p.Note == "" || len(p.Note) > 2000 {
		return p, fault.Invalid(fault.ReasonFieldInvalid, "correction.note", "say why, in at most 2000 bytes")
	}
	return commit.Run(ctx, a.Commit, p.Sub.Key(), func(ctx context.Context, tx *commit.Tx) (store.Correct, error) {
		c, err := a.work(ctx, tx, p.Sub)
		if err != nil {
			return p, err
		}
		_, exists, err := a.store.Correction(ctx, tx, p.Sub, p.ID)
		if err != nil {
			return p, err
		}
		if exists {
			return p, fault.Exists(fault.ReasonAlreadyExists, p.Sub.Name()+"/corrections/"+p.ID)
		}
		p := p
		if err := c.propose(&p, unit); err != nil {
			return p, err
		}
		p.State = store.Proposed
		return p, a.store.PutCorrection(ctx, tx, &p)
	})
}

// propose checks that the correction could be made as things stand.
func (c *cutting) propose(p *store.Correct, unit string) error {
	if err := c.fetch(); err != nil {
		return err
	}
	if p.Redemption != "" {
		r, err := c.reversible(p.Redemption)
		if err != nil {
			return err
		}
		p.Ledger, p.Year, p.Tokens = r.Ledger, r.Bears, r.Tokens
		return nil
	}
	ledger, ok := c.v.ledger(unit)
	if !ok {
		return answer(&redeem.Refusal{Reason: redeem.ReasonUnitUnknown, Field: "correction.unit", Message: "the service has no unit " + unit}, p.Sub.Name())
	}
	p.Ledger = ledger
	l := c.lot(p.Ledger, p.Year)
	if l == nil || !l.Opened {
		return fault.Invalid(fault.ReasonFieldInvalid, "correction.year", "there is no lot of that year")
	}
	return answer(l.MayCorrect(p.Tokens), p.Sub.Name())
}

// reversible reads the redemption that a correction takes back.
func (c *cutting) reversible(id string) (*store.Redemption, error) {
	r, ok, err := c.store.Redemption(c.ctx, c.tx, c.v.sub.Sub, id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, notFound(c.v.sub.Sub, "redemptions", id)
	}
	if r.State == store.Reversed {
		return nil, answer(&redeem.Refusal{Reason: redeem.ReasonCorrectionState, Message: "the use was reversed before"}, c.v.sub.Name())
	}
	return r, nil
}

// Decide approves or rejects a correction; subject must be another than the
// proposer's.
func (a *App) Decide(ctx context.Context, s store.Sub, id, etag, subject string, approve bool) (store.Correct, error) {
	return commit.Run(ctx, a.Commit, s.Key(), func(ctx context.Context, tx *commit.Tx) (store.Correct, error) {
		c, err := a.work(ctx, tx, s)
		if err != nil {
			return store.Correct{}, err
		}
		p, ok, err := a.store.Correction(ctx, tx, s, id)
		if err != nil {
			return p, err
		}
		name := s.Name() + "/corrections/" + id
		switch {
		case !ok:
			return p, notFound(s, "corrections", id)
		case p.State != store.Proposed:
			return p, fault.Precondition(redeem.ReasonCorrectionState, name, "the correction is "+p.State)
		case subject == "" || subject == p.ProposedBy:
			return p, fault.Denied(reasonSecond, "a correction is decided by another person than the one who proposed it")
		}
		if err := checkEtag(etag, p.Version, name); err != nil {
			return p, err
		}
		p.State = store.Rejected
		if approve {
			if err := c.correct(&p); err != nil {
				return p, err
			}
			p.State, p.ApprovedBy = store.Approved, subject
			tx.Publish(commit.Draft{Type: TypeCorrectionApproved, Subject: s.Name(), Body: CorrectionApproved{
				Sub: s, ID: id, Ledger: p.Ledger, Year: p.Year, Tokens: p.Tokens,
			}})
		}
		return p, a.store.PutCorrection(ctx, tx, &p)
	})
}

// correct makes an approved correction happen.
func (c *cutting) correct(p *store.Correct) error {
	if err := c.fetch(); err != nil {
		return err
	}
	if p.Redemption != "" {
		if err := c.reverse(p); err != nil {
			return err
		}
		return c.finish(store.Correction, "corrections/"+p.ID)
	}
	l := c.lot(p.Ledger, p.Year)
	if l == nil {
		return fault.Invalid(fault.ReasonFieldInvalid, "name", "the lot of the correction is gone")
	}
	before := l.Allotment
	if err := l.MayCorrect(p.Tokens); err != nil {
		return answer(err, c.v.sub.Name())
	}
	l.Corrected += p.Tokens
	l.Settle()
	if l.Demand() > min(before, l.Allotment) {
		if err := c.arrange(p.Ledger, c.ledgerLots(p.Ledger), ""); err != nil {
			return err
		}
	}
	return c.finish(store.Correction, "corrections/"+p.ID)
}

// reverse takes a use back.
func (c *cutting) reverse(p *store.Correct) error {
	r, err := c.reversible(p.Redemption)
	if err != nil {
		return err
	}
	if r.State == store.Over || r.State == store.Pending {
		o, ok, err := c.store.Overage(c.ctx, c.tx, r.Sub, r.Overage)
		if err != nil {
			return err
		}
		if ok {
			c.withdraw(&o)
			if err := c.store.PutOverage(c.ctx, c.tx, &o); err != nil {
				return err
			}
		}
	}
	p.Ledger, p.Year, p.Tokens = r.Ledger, r.Bears, r.Tokens
	r.State, r.Ordinal = store.Reversed, 0
	if err := c.store.Bear(c.ctx, c.tx, r); err != nil || r.Tokens == 0 {
		return err
	}
	return c.arrange(r.Ledger, c.ledgerLots(r.Ledger), "u/"+r.ID)
}
