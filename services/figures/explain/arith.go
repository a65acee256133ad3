package explain

import (
	"time"

	"cloudpact.dev/services/figures/calendar"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
)

// Add is x + y. It keeps the unit of x, or else of y, as do Sub, Sum, Max and Min.
func (b *Builder) Add(x, y Value) Value { return b.do(env{}, OpAdd, unitOf(x, y), x, y) }

// Sub is x - y.
func (b *Builder) Sub(x, y Value) Value { return b.do(env{}, OpSub, unitOf(x, y), x, y) }

// Mul is x times y. It has no unit; give it one with In.
func (b *Builder) Mul(x, y Value) Value { return b.do(env{}, OpMul, "", x, y) }

// Div is x / y. It has no unit.
func (b *Builder) Div(x, y Value) Value { return b.do(env{}, OpDiv, "", x, y) }

// Pow is x multiplied n times, n a whole number from 0.
func (b *Builder) Pow(x, n Value) Value { return b.do(env{}, OpPow, "", x, n) }

// Neg is -x.
func (b *Builder) Neg(x Value) Value { return b.do(env{}, OpNeg, x.unit, x) }

// Sum adds all; 0 for none.
func (b *Builder) Sum(all ...Value) Value { return b.do(env{}, OpSum, unitOf(all...), all...) }

// Max is the greatest of one or more.
func (b *Builder) Max(all ...Value) Value { return b.do(env{}, OpMax, unitOf(all...), all...) }

// Min is the least of one or more.
func (b *Builder) Min(all ...Value) Value { return b.do(env{}, OpMin, unitOf(all...), all...) }

// Count is how many values there are.
func (b *Builder) Count(all ...Value) Value { return b.do(env{}, OpCount, "", all...) }

// Round rounds x to decimal places.
func (b *Builder) Round(x Value, places int, m ratio.Mode) Value {
	return b.do(env{rounding: &Rounding{Mode: m.OrDefault(), Places: places}}, OpRound, x.unit, x)
}

// RoundMoney rounds x, in major units, to the minor unit of a currency; then
// Value.Money gives the amount.
func (b *Builder) RoundMoney(x Value, cur string, m ratio.Mode) Value {
	places, ok := money.Exponent(cur)
	if !ok {
		panic("explain: unknown currency " + cur)
	}
	return b.Round(x, places, m).In(cur)
}

// Equal is 1 when x and y, two values of one kind, are the same, else 0.
func (b *Builder) Equal(x, y Value) Value { return b.do(env{}, OpEqual, "", x, y) }

// Less is 1 when x < y (numbers, dates or instants), else 0.
func (b *Builder) Less(x, y Value) Value { return b.do(env{}, OpLess, "", x, y) }

// LessEqual is 1 when x <= y, else 0.
func (b *Builder) LessEqual(x, y Value) Value { return b.do(env{}, OpLessEqual, "", x, y) }

// If is x when the condition is not 0, else y. Both are computed.
func (b *Builder) If(condition, x, y Value) Value {
	return b.do(env{}, OpIf, unitOf(x, y), condition, x, y)
}

// Tier is one row of a table of tiers.
type Tier struct{ From, Result ratio.Ratio }

// Tier is the result of the last tier whose From is at most x. The table ascends
// and its first From is at most x.
func (b *Builder) Tier(x Value, table ...Tier) Value {
	in := []Value{x}
	for _, t := range table {
		in = append(in, b.Literal(t.From), b.Literal(t.Result))
	}
	return b.do(env{}, OpTier, "", in...)
}

// Days is the number of days from one date to another.
func (b *Builder) Days(from, to Value) Value {
	return b.do(env{}, OpDaysBetween, "days", from, to)
}

// Months is the months of [from, to) along the periods of anchor, exact: see
// date.MonthsBetween. For F(anchor, to), from is the anchor itself.
func (b *Builder) Months(anchor, from, to Value, r date.MonthRule) Value {
	return b.do(env{}, OpMonthsBetween, "months", anchor, from, to, b.word(string(r.OrDefault())))
}

// AddDays is d and n days.
func (b *Builder) AddDays(d, n Value) Value { return b.do(env{}, OpAddDays, "", d, n) }

// AddMonths is the n-th anniversary by month of anchor.
func (b *Builder) AddMonths(anchor, n Value, r date.MonthRule) Value {
	return b.do(env{}, OpAddMonths, "", anchor, n, b.word(string(r.OrDefault())))
}

// AddWorkingDays is the n-th working day after d. When the result is pending the
// value explains that, and is no date.
func (b *Builder) AddWorkingDays(d, n Value, c calendar.Calendar) (Value, calendar.Result) {
	v := b.do(lookup(c), OpAddWorkingDays, "", d, n, b.word(c.ID), b.word(c.Version))
	return v, v.result()
}

// NextWorkingDay is d, or the first working day after it when d is none.
func (b *Builder) NextWorkingDay(d Value, c calendar.Calendar) (Value, calendar.Result) {
	v := b.do(lookup(c), OpNextWorkingDay, "", d, b.word(c.ID), b.word(c.Version))
	return v, v.result()
}

func (v Value) result() calendar.Result {
	if notBefore, waits := v.Pending(); waits {
		return calendar.Result{Pending: true, NotBefore: notBefore}
	}
	return calendar.Result{Date: v.Date()}
}

// WorkingDays is the number of working days in [from, to). It panics when the
// calendar does not cover that range: see calendar.WorkingDays.
func (b *Builder) WorkingDays(from, to Value, c calendar.Calendar) Value {
	return b.do(lookup(c), OpWorkingDays, "working days", from, to, b.word(c.ID), b.word(c.Version))
}

// MaxDate is the latest of one or more dates, or of one or more instants.
func (b *Builder) MaxDate(all ...Value) Value { return b.do(env{}, OpMaxDate, "", all...) }

// MinDate is the earliest of one or more dates, or of one or more instants.
func (b *Builder) MinDate(all ...Value) Value { return b.do(env{}, OpMinDate, "", all...) }

// Seconds is the time from one instant to another.
func (b *Builder) Seconds(from, to Value) Value {
	return b.do(env{}, OpSecondsBetween, "seconds", from, to)
}

// AddSeconds is t and n seconds.
func (b *Builder) AddSeconds(t, n Value) Value { return b.do(env{}, OpAddSeconds, "", t, n) }

// StartOfDay is the first instant of d in a named zone.
func (b *Builder) StartOfDay(d Value, loc *time.Location) Value {
	return b.do(inZone(loc), OpStartOfDay, "", d, b.word(loc.String()))
}

// DateOf is the date of t in a named zone.
func (b *Builder) DateOf(t Value, loc *time.Location) Value {
	return b.do(inZone(loc), OpDateOf, "", t, b.word(loc.String()))
}

func inZone(loc *time.Location) env {
	return env{zone: func(string) (*time.Location, error) { return loc, nil }}
}

// unitOf is the first unit among the values.
func unitOf(all ...Value) string {
	for _, v := range all {
		if v.unit != "" {
			return v.unit
		}
	}
	return ""
}
