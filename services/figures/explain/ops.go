package explain

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"cloudpact.dev/services/figures/calendar"
	"cloudpact.dev/services/figures/ratio"
)

// Op is the operation of a step.
type Op string

// The operations, with their operands.
const (
	OpFact    Op = "FACT"    // fact: itself
	OpLiteral Op = "LITERAL" // literal: itself

	OpAdd   Op = "ADD"   // a, b
	OpSub   Op = "SUB"   // a, b: a - b
	OpMul   Op = "MUL"   // a, b
	OpDiv   Op = "DIV"   // a, b: a / b
	OpPow   Op = "POW"   // a, n: a multiplied n times
	OpNeg   Op = "NEG"   // a
	OpSum   Op = "SUM"   // any number
	OpMax   Op = "MAX"   // one or more
	OpMin   Op = "MIN"   // one or more
	OpCount Op = "COUNT" // any number, of any kind: how many there are
	OpRound Op = "ROUND" // a; as Step.Rounding says

	OpEqual     Op = "EQUAL"      // a, b of one kind: 1 or 0
	OpLess      Op = "LESS"       // a, b of one kind: 1 when a < b, else 0
	OpLessEqual Op = "LESS_EQUAL" // a, b of one kind: 1 when a <= b, else 0
	OpIf        Op = "IF"         // c, a, b: a when c is not 0, else b
	OpTier      Op = "TIER"       // x, from1, result1, from2, result2 ...: the result of the last from <= x; from ascending

	OpDaysBetween    Op = "DAYS_BETWEEN"         // from, to
	OpMonthsBetween  Op = "MONTHS_BETWEEN"       // anchor, from, to, month rule
	OpAddDays        Op = "ADD_DAYS"             // date, n
	OpAddMonths      Op = "ADD_MONTHS"           // anchor, n, month rule
	OpAddWorkingDays Op = "ADD_WORKING_DAYS"     // date, n, calendar, version
	OpNextWorkingDay Op = "NEXT_WORKING_DAY"     // date, calendar, version: the date itself when it works
	OpWorkingDays    Op = "WORKING_DAYS_BETWEEN" // from, to, calendar, version: working days of [from, to)
	OpMaxDate        Op = "MAX_DATE"             // one or more dates, or one or more instants: the latest
	OpMinDate        Op = "MIN_DATE"             // the earliest

	OpSecondsBetween Op = "SECONDS_BETWEEN" // from, to: instants
	OpAddSeconds     Op = "ADD_SECONDS"     // instant, n
	OpStartOfDay     Op = "START_OF_DAY"    // date, zone: instant
	OpDateOf         Op = "DATE_OF"         // instant, zone: date
)

// env is what operations look up.
type env struct {
	calendar func(id, version string) (calendar.Calendar, bool)
	zone     func(name string) (*time.Location, error)
	rounding *Rounding
}

// operation is how an Op is computed: the kinds of its operands (the last one
// repeats when variadic) and the function.
type operation struct {
	in       []kind
	any      bool // operands of any kind
	variadic bool
	least    int // operands, when variadic
	run      func(e env, in []value) (value, error)
}

// maxBits bounds the numbers of an explanation: data from outside must not be
// able to keep the machine busy.
const maxBits = 1 << 14

// apply computes one operation after checking its operands.
func apply(e env, op Op, in []value) (value, error) {
	o, ok := operations[op]
	if !ok {
		return value{}, fmt.Errorf("unknown operation %q", op)
	}
	if err := o.check(in); err != nil {
		return value{}, err
	}
	if (e.rounding != nil) != (op == OpRound) {
		return value{}, fmt.Errorf("rounding belongs to ROUND and to nothing else")
	}
	v, err := o.run(e, in)
	if err == nil && v.kind == number && v.num.Bits() > maxBits {
		return value{}, fmt.Errorf("the number is too large")
	}
	return v, err
}

func (o operation) check(in []value) error {
	if o.variadic && len(in) < o.least || !o.variadic && len(in) != len(o.in) {
		return fmt.Errorf("%d operands", len(in))
	}
	for i, v := range in {
		if o.any {
			continue
		}
		if want := o.in[min(i, len(o.in)-1)]; v.kind != want {
			return fmt.Errorf("operand %d is %s, not %s", i+1, kindNames[v.kind], kindNames[want])
		}
	}
	return nil
}

var operations map[Op]operation

func init() {
	one, two := []kind{number}, []kind{number, number}
	operations = map[Op]operation{
		OpFact:    {any: true, in: one, run: first},
		OpLiteral: {any: true, in: one, run: first},
		OpAdd:     {in: two, run: numeric(ratio.Ratio.Add)},
		OpSub:     {in: two, run: numeric(ratio.Ratio.Sub)},
		OpMul:     {in: two, run: numeric(ratio.Ratio.Mul)},
		OpDiv:     {in: two, run: divide},
		OpPow:     {in: two, run: power},
		OpNeg:     {in: one, run: func(_ env, in []value) (value, error) { return numberOf(in[0].num.Neg()), nil }},
		OpSum:     {in: one, variadic: true, run: sum},
		OpMax:     {in: one, variadic: true, least: 1, run: extreme(1)},
		OpMin:     {in: one, variadic: true, least: 1, run: extreme(-1)},
		OpCount:   {any: true, variadic: true, run: func(_ env, in []value) (value, error) { return countOf(len(in)), nil }},
		OpRound:   {in: one, run: round},

		OpEqual:     {any: true, in: two, run: compare(func(c int) bool { return c == 0 })},
		OpLess:      {any: true, in: two, run: compare(func(c int) bool { return c < 0 })},
		OpLessEqual: {any: true, in: two, run: compare(func(c int) bool { return c <= 0 })},
		OpIf:        {any: true, in: []kind{number, number, number}, run: choose},
		OpTier:      {in: one, variadic: true, least: 3, run: tier},

		OpDaysBetween:    {in: []kind{day, day}, run: daysBetween},
		OpMonthsBetween:  {in: []kind{day, day, day, word}, run: monthsBetween},
		OpAddDays:        {in: []kind{day, number}, run: addDays},
		OpAddMonths:      {in: []kind{day, number, word}, run: addMonths},
		OpAddWorkingDays: {in: []kind{day, number, word, word}, run: addWorkingDays},
		OpNextWorkingDay: {in: []kind{day, word, word}, run: nextWorkingDay},
		OpWorkingDays:    {in: []kind{day, day, word, word}, run: workingDays},
		OpMaxDate:        {any: true, variadic: true, least: 1, run: extremeTime(1)},
		OpMinDate:        {any: true, variadic: true, least: 1, run: extremeTime(-1)},

		OpSecondsBetween: {in: []kind{instant, instant}, run: secondsBetween},
		OpAddSeconds:     {in: []kind{instant, number}, run: addSeconds},
		OpStartOfDay:     {in: []kind{day, word}, run: startOfDay},
		OpDateOf:         {in: []kind{instant, word}, run: dateOf},
	}
}

// Ops lists every operation, sorted.
func Ops() []Op { return slices.Sorted(maps.Keys(operations)) }
