package redeem

// Overage is a use beyond the allotment for which a price was named.
type Overage struct {
	ID        string
	Operation string
	Ledger    string
	Agreed    bool
}

// Taken says how a use was borne.
type Taken struct {
	// Lot is the index among the candidates.
	Lot int
	// Ordinal is the n of the use; 0 where it takes no token.
	Ordinal int
	// Beyond where it is overage.
	Beyond bool
	// Quoted where it takes no token and is supplied by quote.
	Quoted bool
	// Pending where no price is agreed yet.
	Pending bool
	// Remaining is what is left of the lot, usable or lapsed.
	Remaining int
}

// Take lets the candidates, one lot for each ledger of the plan, bear a use:
// the first that has tokens left, otherwise, with an agreed overage, the first
// of all. It changes the counters of that lot only: Reserved where the use is
// held, else Used.
func Take(p Policy, plan Plan, candidates []*Lot, overage *Overage, held bool) (Taken, error) {
	if plan.Tokens == 0 {
		return takeNone(p, plan, candidates, overage)
	}
	for i, l := range candidates {
		if l.Free() >= plan.Tokens {
			return l.take(i, plan.Tokens, held), nil
		}
	}
	if err := p.allowBeyond(plan, candidates[0], overage); err != nil {
		return Taken{}, err
	}
	t := candidates[0].take(0, plan.Tokens, held)
	t.Pending = overage == nil
	return t, nil
}

// takeNone is a use that takes no token; by quote it needs a price.
func takeNone(p Policy, plan Plan, candidates []*Lot, overage *Overage) (Taken, error) {
	t := Taken{Remaining: candidates[0].Free()}
	if !plan.ByQuote {
		return t, nil
	}
	t.Quoted, t.Pending = true, overage == nil
	return t, p.allowBeyond(plan, candidates[0], overage)
}

func (l *Lot) take(i, tokens int, held bool) Taken {
	if held {
		l.Reserved += tokens
	} else {
		l.Used += tokens
	}
	return Taken{Lot: i, Ordinal: l.Demand(), Beyond: l.Demand() > l.Allotment, Remaining: l.Free()}
}

// allowBeyond asks for an agreement that fits the use.
func (p Policy) allowBeyond(plan Plan, l *Lot, o *Overage) error {
	if o == nil {
		if !p.Block {
			return nil
		}
		if plan.ByQuote {
			return refuse(ReasonNoToken, "overage", "%s takes no token and is supplied by quote; quote and agree a price first", plan.Op.Name)
		}
		return refuse(ReasonNoToken, "overage", "all %d tokens of %s in year %d are taken; quote and agree a price first",
			l.Allotment, ledgerName(l.Ledger), l.Year)
	}
	return o.Fits(plan.Op.Name, l.Ledger)
}

// Fits tells whether the overage was agreed for the operation and ledger.
func (o Overage) Fits(operation, ledger string) error {
	if o.Operation != operation || o.Ledger != ledger {
		return refuse(ReasonOverageMismatch, "overage", "the overage was quoted for %s of %s", o.Operation, ledgerName(o.Ledger))
	}
	if !o.Agreed {
		return refuse(ReasonOverageState, "overage", "the overage is not agreed, or was used before")
	}
	return nil
}

func ledgerName(ledger string) string {
	if ledger == "" {
		return "the service"
	}
	return "unit " + ledger
}

// Complete turns a held demand of the lot into a use.
func (l *Lot) Complete(tokens int) {
	l.Reserved -= tokens
	l.Used += tokens
}

// Release gives a held demand back; the caller closes the gap with Arrange.
func (l *Lot) Release(tokens int) { l.Reserved -= tokens }

// Reverse takes a use back; the caller closes the gap with Arrange.
func (l *Lot) Reverse(tokens int) { l.Used -= tokens }

// MayCorrect refuses a correction that nobody would notice, or that takes away
// tokens that were used.
func (l Lot) MayCorrect(tokens int) error {
	if tokens == 0 {
		return refuse(ReasonField, "correction.tokens", "a correction of 0 tokens changes nothing")
	}
	if tokens < 0 && -tokens > l.Free() {
		return refuse(ReasonCorrection, "correction.tokens", "only %d tokens are left to take away", l.Free())
	}
	return nil
}
