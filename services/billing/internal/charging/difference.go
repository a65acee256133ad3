package charging

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
)

// Was is what was charged under one identity so far.
type Was struct {
	// Charge is the first charge under the identity.
	Charge Charge
	// Sequence is the number of charges written, Total their sum.
	Sequence int
	Total    money.Money
}

// Entry is a charge to write: the difference under an identity and its number,
// from 1.
type Entry struct {
	Charge
	Sequence int `json:"sequence"`
}

// Difference is what must be written so that every identity's sum is what it
// should be: charge n is the total to n less the earlier ones. An identity that
// was charged and should not be is taken back. Where nothing differs it is
// empty; on is the day on which differences arise.
func Difference(should []Charge, was map[string]Was, on date.Date) []Entry {
	var out []Entry
	left := make(map[string]bool, len(was))
	for id := range was {
		left[id] = true
	}
	for _, c := range should {
		delete(left, c.Identity)
		if e, differs := differ(c, was[c.Identity], on); differs {
			out = append(out, e)
		}
	}
	for id := range left {
		gone := was[id].Charge
		gone.Amount = money.Zero(was[id].Total.Currency)
		gone.Explanation = nothing(gone)
		if e, differs := differ(gone, was[id], on); differs {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b Entry) int {
		return cmp.Or(a.Date.Compare(b.Date), strings.Compare(a.Identity, b.Identity))
	})
	return out
}

// nothing explains that nothing is owed under an identity any more.
func nothing(c Charge) explain.Explanation {
	b := explain.New(c.Explanation.Citations()...)
	return b.Explanation(b.Int(0).In(c.Amount.Currency).Note("nothing is owed under this identity any more"))
}

func differ(c Charge, was Was, on date.Date) (Entry, bool) {
	if was.Sequence == 0 {
		return Entry{Charge: c, Sequence: 1}, true
	}
	diff := c.Amount.Sub(was.Total)
	if diff.IsZero() {
		return Entry{}, false
	}
	c.Explanation = Minus(c.Explanation, c.Identity+"#charged_before", was.Total, diff, "the total less what was charged before")
	c.Amount = diff
	if c.Date.Before(on) {
		c.Date = on
	}
	if c.Note != "" {
		c.Note += "; difference to what was charged before"
	}
	return Entry{Charge: c, Sequence: was.Sequence + 1}, true
}

// Minus appends to a derivation the step that takes a named amount off its
// result.
func Minus(e explain.Explanation, name string, amount, left money.Money, note string) explain.Explanation {
	id := "s" + strconv.Itoa(len(e.Steps)+1)
	steps := append(slices.Clone(e.Steps), explain.Step{
		ID: id, Op: explain.OpSub, Unit: left.Currency, Result: left.Ratio().String(),
		Operands: []explain.Operand{{Step: e.Result}, {Fact: &explain.Fact{Name: name, Value: amount.Decimal()}}},
		Note:     note,
	})
	return explain.Explanation{Steps: steps, Result: id}
}
