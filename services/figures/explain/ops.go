package explain

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"cloudpact.dev/services/figures/calendar"
	"cloudpact.dev/services/figures/date"
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

func first(_ env, in []value) (value, error) {
	v := in[0]
	if v.kind != word {
		v.text = ""
	}
	return v, nil
}

func numeric(f func(a, b ratio.Ratio) ratio.Ratio) func(env, []value) (value, error) {
	return func(_ env, in []value) (value, error) { return numberOf(f(in[0].num, in[1].num)), nil }
}

func divide(_ env, in []value) (value, error) {
	if in[1].num.IsZero() {
		return value{}, fmt.Errorf("division by zero")
	}
	return numberOf(in[0].num.Div(in[1].num)), nil
}

func power(_ env, in []value) (value, error) {
	n, err := whole(in[1], maxBits)
	if err != nil || n < 0 {
		return value{}, fmt.Errorf("the exponent is not a whole number from 0 to %d", maxBits)
	}
	if in[0].num.Bits()*n > 2*maxBits {
		return value{}, fmt.Errorf("the number is too large")
	}
	return numberOf(in[0].num.Pow(n)), nil
}

func sum(_ env, in []value) (value, error) {
	total := ratio.Ratio{}
	for _, v := range in {
		total = total.Add(v.num)
	}
	return numberOf(total), nil
}

func extreme(side int) func(env, []value) (value, error) {
	return func(_ env, in []value) (value, error) {
		best := in[0]
		for _, v := range in[1:] {
			if v.kind != best.kind {
				return value{}, fmt.Errorf("%s beside %s", kindNames[v.kind], kindNames[best.kind])
			}
			if v.compare(best)*side > 0 {
				best = v
			}
		}
		best.text = ""
		return best, nil
	}
}

func extremeTime(side int) func(env, []value) (value, error) {
	pick := extreme(side)
	return func(e env, in []value) (value, error) {
		if k := in[0].kind; k != day && k != instant {
			return value{}, fmt.Errorf("%s is neither a date nor an instant", kindNames[k])
		}
		return pick(e, in)
	}
}

func round(e env, in []value) (value, error) {
	r := *e.rounding
	if r.Mode == "" || !r.Mode.Valid() || r.Places > 100 || r.Places < -100 {
		return value{}, fmt.Errorf("bad rounding %q to %d places", r.Mode, r.Places)
	}
	return numberOf(in[0].num.Round(r.Places, r.Mode)), nil
}

func compare(holds func(int) bool) func(env, []value) (value, error) {
	return func(_ env, in []value) (value, error) {
		if in[0].kind != in[1].kind || in[0].kind == pending {
			return value{}, fmt.Errorf("%s compared with %s", kindNames[in[0].kind], kindNames[in[1].kind])
		}
		if holds(in[0].compare(in[1])) {
			return countOf(1), nil
		}
		return countOf(0), nil
	}
}

func choose(_ env, in []value) (value, error) {
	if in[0].kind != number {
		return value{}, fmt.Errorf("the condition is %s", kindNames[in[0].kind])
	}
	if in[0].num.IsZero() {
		return first(env{}, in[2:])
	}
	return first(env{}, in[1:])
}

func tier(_ env, in []value) (value, error) {
	if len(in)%2 == 0 {
		return value{}, fmt.Errorf("a tier without a result")
	}
	x, at := in[0].num, -1
	for i := 1; i < len(in); i += 2 {
		if i > 1 && in[i].num.Cmp(in[i-2].num) <= 0 {
			return value{}, fmt.Errorf("tiers are not ascending")
		}
		if in[i].num.Cmp(x) <= 0 {
			at = i
		}
	}
	if at < 0 {
		return value{}, fmt.Errorf("%s is below the first tier", x)
	}
	return numberOf(in[at+1].num), nil
}

// whole is v as an int of at most limit, either sign.
func whole(v value, limit int64) (int, error) {
	n, ok := v.num.Int64()
	if !ok || n > limit || n < -limit {
		return 0, fmt.Errorf("%s is not a whole number up to %d", v.num, limit)
	}
	return int(n), nil
}

// maxShift bounds date arithmetic; the date package panics outside its years.
const maxShift = 1_000_000

func daysBetween(_ env, in []value) (value, error) { return countOf(in[1].day.Sub(in[0].day)), nil }

func monthRule(v value) (date.MonthRule, error) {
	r := date.MonthRule(v.text)
	if r == "" || !r.Valid() {
		return "", fmt.Errorf("unknown month rule %q", v.text)
	}
	return r, nil
}

func monthsBetween(_ env, in []value) (value, error) {
	r, err := monthRule(in[3])
	anchor, from, to := in[0].day, in[1].day, in[2].day
	if err == nil && (from.Before(anchor) || to.Before(anchor)) {
		err = fmt.Errorf("months before the anchor %s", anchor)
	}
	if err != nil {
		return value{}, err
	}
	return numberOf(date.MonthsBetween(anchor, from, to, r)), nil
}

func addDays(_ env, in []value) (value, error) {
	n, err := whole(in[1], maxShift)
	if err != nil {
		return value{}, err
	}
	return dayOf(in[0].day.AddDays(n)), nil
}

func addMonths(_ env, in []value) (value, error) {
	r, err := monthRule(in[2])
	if err != nil {
		return value{}, err
	}
	n, err := whole(in[1], maxShift)
	if err != nil {
		return value{}, err
	}
	return dayOf(in[0].day.AddMonths(n, r)), nil
}

func find(e env, id, version value) (calendar.Calendar, error) {
	c, ok := e.calendar(id.text, version.text)
	if !ok {
		return c, fmt.Errorf("no calendar %q in version %q", id.text, version.text)
	}
	return c, nil
}

func addWorkingDays(e env, in []value) (value, error) {
	n, err := whole(in[1], 10_000)
	if err != nil {
		return value{}, err
	}
	c, err := find(e, in[2], in[3])
	if err != nil {
		return value{}, err
	}
	return workingDay(c.AddWorkingDays(in[0].day, n)), nil
}

func nextWorkingDay(e env, in []value) (value, error) {
	c, err := find(e, in[1], in[2])
	if err != nil {
		return value{}, err
	}
	return workingDay(c.NextWorkingDay(in[0].day)), nil
}

func workingDay(r calendar.Result) value {
	if r.Pending {
		return pendingFrom(r.NotBefore)
	}
	return dayOf(r.Date)
}

func workingDays(e env, in []value) (value, error) {
	c, err := find(e, in[2], in[3])
	if err != nil {
		return value{}, err
	}
	n, published := c.WorkingDays(date.Span{From: in[0].day, To: in[1].day})
	if !published {
		return value{}, fmt.Errorf("calendar %s %s does not cover %s to %s", c.ID, c.Version, in[0].day, in[1].day)
	}
	return countOf(n), nil
}

var nanos = ratio.Int(int64(time.Second))

func secondsBetween(_ env, in []value) (value, error) {
	d := in[1].at.Sub(in[0].at)
	if d == math.MaxInt64 || d == math.MinInt64 {
		return value{}, fmt.Errorf("the instants are too far apart")
	}
	return numberOf(ratio.Int(int64(d)).Div(nanos)), nil
}

func addSeconds(_ env, in []value) (value, error) {
	n, ok := in[1].num.Mul(nanos).Int64()
	if !ok {
		return value{}, fmt.Errorf("%s seconds are not whole nanoseconds or too many", in[1].num)
	}
	return instantOf(in[0].at.Add(time.Duration(n))), nil
}

func startOfDay(e env, in []value) (value, error) {
	loc, err := e.zone(in[1].text)
	if err != nil {
		return value{}, err
	}
	return instantOf(in[0].day.Start(loc)), nil
}

func dateOf(e env, in []value) (value, error) {
	loc, err := e.zone(in[1].text)
	if err != nil {
		return value{}, err
	}
	return dayOf(date.Of(in[0].at, loc)), nil
}
