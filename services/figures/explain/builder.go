package explain

import (
	"fmt"
	"strconv"
	"time"

	"cloudpact.dev/services/figures/calendar"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
)

// Builder computes figures and keeps how. Several figures may share one
// Builder: Explanation takes only the steps that its figure needs. What a
// Builder cannot compute (a division by zero, a date before its anchor, values
// of two Builders) panics: the caller's own checks come first.
type Builder struct {
	defaults []Citation
	steps    []draft
}

// draft is a step whose operands are not yet written down.
type draft struct {
	op       Op
	in       []Value
	out      value
	unit     string
	rounding *Rounding
	cites    []Citation
	note     string
}

// New starts a derivation. The citations are added to the last step of every
// explanation.
func New(cites ...Citation) *Builder { return &Builder{defaults: cites} }

// Value is a figure inside a derivation: a number, a date or an instant. It
// stands for a literal, a fact or a step.
type Value struct {
	b    *Builder
	step int    // index, or -1
	fact string // name of a fact; a literal has none
	val  value
	unit string
}

// Fact is a named number from outside.
func (b *Builder) Fact(name string, r ratio.Ratio) Value { return b.given(name, numberOf(r), "") }

// FactInt is a named whole number from outside.
func (b *Builder) FactInt(name string, n int64) Value { return b.Fact(name, ratio.Int(n)) }

// FactDate is a named date from outside.
func (b *Builder) FactDate(name string, d date.Date) Value { return b.given(name, dayOf(d), "") }

// FactTime is a named instant from outside.
func (b *Builder) FactTime(name string, t time.Time) Value { return b.given(name, instantOf(t), "") }

// FactMoney is a named amount from outside, in major units.
func (b *Builder) FactMoney(name string, m money.Money) Value {
	v := numberOf(m.Ratio())
	v.text = m.Decimal()
	return b.given(name, v, m.Currency)
}

// Literal is a number of the terms.
func (b *Builder) Literal(r ratio.Ratio) Value { return b.given("", numberOf(r), "") }

// Int is a whole number of the terms.
func (b *Builder) Int(n int64) Value { return b.Literal(ratio.Int(n)) }

// Dec is a number of the terms as it is written there: "0.015". It panics on a bad text.
func (b *Builder) Dec(s string) Value {
	v := numberOf(ratio.MustParse(s))
	v.text = s
	return b.given("", v, "")
}

// Day is a date of the terms.
func (b *Builder) Day(d date.Date) Value { return b.given("", dayOf(d), "") }

// Instant is a point in time of the terms.
func (b *Builder) Instant(t time.Time) Value { return b.given("", instantOf(t), "") }

func (b *Builder) given(fact string, v value, unit string) Value {
	if v.kind == day && !v.day.Valid() {
		panic("explain: an unset date as " + strconv.Quote(fact))
	}
	return Value{b: b, step: -1, fact: fact, val: v, unit: unit}
}

func (b *Builder) word(s string) Value { return b.given("", wordOf(s), "") }

// do computes an operation with the given lookups and keeps it as a step.
func (b *Builder) do(e env, op Op, unit string, in ...Value) Value {
	vals := make([]value, len(in))
	for i, v := range in {
		if v.b != b {
			panic("explain: a value of another builder in " + string(op))
		}
		vals[i] = v.val
	}
	out, err := apply(e, op, vals)
	if err != nil {
		panic(fmt.Sprintf("explain: %s: %v", op, err))
	}
	b.steps = append(b.steps, draft{op: op, in: in, out: out, unit: unit, rounding: e.rounding})
	return Value{b: b, step: len(b.steps) - 1, val: out, unit: unit}
}

// Explanation is the derivation of v: the steps that lead to it, in order. The
// Builder's citations are added to the last step.
func (b *Builder) Explanation(v Value) Explanation {
	v = v.asStep()
	needed := make([]bool, len(b.steps))
	needed[v.step] = true
	ids := make([]string, len(b.steps))
	for i := v.step; i >= 0; i-- {
		for _, o := range b.steps[i].in {
			if needed[i] && o.step >= 0 {
				needed[o.step] = true
			}
		}
	}
	var e Explanation
	for i, d := range b.steps[:v.step+1] {
		if needed[i] {
			ids[i] = "s" + strconv.Itoa(len(e.Steps)+1)
			e.Steps = append(e.Steps, d.step(ids, i))
		}
	}
	last := &e.Steps[len(e.Steps)-1]
	last.Citations = cite(last.Citations, b.defaults...)
	e.Result = last.ID
	return e
}

// step writes a draft down.
func (d draft) step(ids []string, i int) Step {
	s := Step{ID: ids[i], Op: d.op, Operands: make([]Operand, len(d.in)), Result: d.out.String(), Unit: d.unit, Note: d.note}
	s.Citations = append(s.Citations, d.cites...)
	if d.rounding != nil {
		r := *d.rounding
		s.Rounding = &r
	}
	for j, o := range d.in {
		switch {
		case o.step >= 0:
			s.Operands[j].Step = ids[o.step]
		case o.fact != "":
			s.Operands[j].Fact = &Fact{Name: o.fact, Value: o.val.spelling()}
		default:
			s.Operands[j].Literal = o.val.spelling()
		}
	}
	return s
}

// asStep makes a literal or a fact a step of its own; a step stays what it is.
func (v Value) asStep() Value {
	switch {
	case v.step >= 0:
		return v
	case v.fact != "":
		return v.b.do(env{}, OpFact, v.unit, v)
	}
	return v.b.do(env{}, OpLiteral, v.unit, v)
}

// Cite says which clauses the value rests on. Use the returned value on: a
// literal or a fact becomes a step by it.
func (v Value) Cite(cites ...Citation) Value {
	v = v.asStep()
	d := &v.b.steps[v.step]
	d.cites = cite(d.cites, cites...)
	return v
}

// Note says in words what the value is. Use the returned value on.
func (v Value) Note(text string) Value {
	v = v.asStep()
	v.b.steps[v.step].note = text
	return v
}

// In gives the value a unit for the reader, such as "HKD" or "minutes".
func (v Value) In(unit string) Value {
	v.unit = unit
	if v.step >= 0 {
		v.b.steps[v.step].unit = unit
	}
	return v
}

// Ratio is the number. It panics when the value is none.
func (v Value) Ratio() ratio.Ratio { return v.expect(number).num }

// Date is the date. It panics when the value is none, also when it is pending.
func (v Value) Date() date.Date { return v.expect(day).day }

// Time is the instant, in UTC. It panics when the value is none.
func (v Value) Time() time.Time { return v.expect(instant).at }

// True tells whether the number, often the result of a comparison, is not 0.
func (v Value) True() bool { return !v.Ratio().IsZero() }

// Money is the number as an amount in major units. It panics when that takes
// rounding: round first, with RoundMoney, so that the derivation shows it.
func (v Value) Money(cur string) money.Money {
	m := money.FromRatio(cur, v.Ratio(), ratio.Down)
	if !m.Ratio().Equal(v.Ratio()) {
		panic("explain: " + v.val.String() + " is not rounded to " + cur)
	}
	return m
}

// Pending tells that the value is a working day not yet published, and the
// earliest day it can be (unset when unknown).
func (v Value) Pending() (notBefore date.Date, isPending bool) {
	return v.val.day, v.val.kind == pending
}

// String is the value as an explanation spells it.
func (v Value) String() string { return v.val.String() }

func (v Value) expect(k kind) value {
	if v.val.kind != k {
		panic("explain: " + v.val.String() + " is " + kindNames[v.val.kind] + ", not " + kindNames[k])
	}
	return v.val
}

// lookup is an env that knows one calendar.
func lookup(c calendar.Calendar) env {
	return env{calendar: func(string, string) (calendar.Calendar, bool) { return c, true }}
}
