package explain_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cloudpact.dev/services/figures/calendar"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
)

var late = explain.Citation{
	Terms: "cpc", Revision: "2024-01", Clause: "cpc/10(a)",
	Readings: []explain.Reading{{Name: "interest_day_basis", Option: "ANNIVERSARY_ACTUAL"}},
}

// interest is the rule of cpc/10(a) as a core would write it.
func interest(balance money.Money, due, paid string) (money.Money, explain.Explanation) {
	b := explain.New(late)
	from := b.FactDate("due date", date.MustParse(due))
	months := b.Months(from, from, b.FactDate("value date", date.MustParse(paid)), date.Clamped)
	exact := b.Mul(b.Mul(b.FactMoney("balance", balance), b.Dec("0.015").Cite(late).Note("a month")), months)
	amount := b.RoundMoney(exact, balance.Currency, ratio.HalfUp).Note("rounded once, on the line")
	return amount.Money(balance.Currency), b.Explanation(amount)
}

// TestInterest is [W:10a-1], [W:10a-2], [W:10a-3] and [W:10a-5].
func TestInterest(t *testing.T) {
	for _, c := range []struct{ balance, due, paid, want string }{
		{"10000.00", "2024-03-01", "2024-04-15", "220.00"},
		{"10000.00", "2024-01-31", "2024-03-15", "222.58"},
		{"10000.00", "2024-03-01", "2024-03-01", "0.00"},
		{"10000.00", "2024-03-01", "2024-03-02", "4.84"},
		{"1010.00", "2024-04-01", "2024-04-02", "0.51"},
	} {
		got, e := interest(money.MustParse("HKD", c.balance), c.due, c.paid)
		if got.Decimal() != c.want {
			t.Errorf("%s from %s to %s: %s, want %s", c.balance, c.due, c.paid, got.Decimal(), c.want)
		}
		results, err := explain.Eval(e)
		if err != nil {
			t.Fatal(err)
		}
		final, _ := e.Final()
		if !ratio.MustParse(results[e.Result]).Equal(got.Ratio()) || final.Unit != "HKD" || final.Rounding.Mode != ratio.HalfUp {
			t.Errorf("explained as %+v", final)
		}
		if cites := e.Citations(); len(cites) != 1 || cites[0].Clause != "cpc/10(a)" {
			t.Errorf("cites %v", cites)
		}
	}
}

func TestAsData(t *testing.T) {
	_, e := interest(money.MustParse("HKD", "10000.00"), "2024-03-01", "2024-04-15")
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"s5","op":"ROUND","operands":[{"step":"s4"}],"result":"220","unit":"HKD","rounding":{"mode":"HALF_UP","places":2},` +
		`"citations":[{"terms":"cpc","revision":"2024-01","clause":"cpc/10(a)","readings":[{"name":"interest_day_basis","option":"ANNIVERSARY_ACTUAL"}]}],` +
		`"note":"rounded once, on the line"}],"result":"s5"}`
	if !strings.HasSuffix(string(text), want) || !strings.Contains(string(text), `{"fact":{"name":"balance","value":"10000.00"}}`) || !strings.Contains(string(text), `{"literal":"0.015"}`) {
		t.Errorf("%s", text)
	}
	var back explain.Explanation
	if err := json.Unmarshal(text, &back); err != nil || explain.Check(back) != nil {
		t.Errorf("%v, %v", err, explain.Check(back))
	}
}

func TestForReaders(t *testing.T) {
	_, e := interest(money.MustParse("HKD", "10000.00"), "2024-03-01", "2024-04-15")
	want := `s1 = MONTHS_BETWEEN(due date=2024-03-01, due date=2024-03-01, value date=2024-04-15, CORRESPONDING_DATE_CLAMPED) = 22/15 months
s2 = LITERAL(0.015) = 3/200 [cpc/10(a)] a month
s3 = MUL(balance=10000.00, s2) = 150
s4 = MUL(s3, s1) = 220
s5 = ROUND(s4) = 220 HKD HALF_UP to 2 places [cpc/10(a)] rounded once, on the line
`
	if got := e.String(); got != want {
		t.Errorf("%s", got)
	}
}

func TestValues(t *testing.T) {
	b, noon := explain.New(), time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)
	day := b.Day(date.New(2024, 3, 1))
	if !b.LessEqual(b.Instant(noon), b.FactTime("now", noon.In(time.FixedZone("HKT", 28800)))).True() || b.Less(day, day).True() {
		t.Error("comparison")
	}
	if got := b.AddSeconds(b.Instant(noon), b.Int(90)).Time(); !got.Equal(noon.Add(90 * time.Second)) {
		t.Errorf("90 seconds later: %v", got)
	}
	if got := b.AddDays(day, b.FactInt("days", 14)).Date(); got != date.New(2024, 3, 15) {
		t.Errorf("14 days later: %v", got)
	}
	wrong := explain.Explanation{Steps: []explain.Step{{
		ID: "s1", Op: explain.OpAdd, Result: "3",
		Operands: []explain.Operand{{Literal: "1"}, {Literal: "1"}},
	}}, Result: "s1"}
	if err := explain.Check(wrong); err == nil || err.Error() != `explanation, step s1: stored "3", computed "2"` {
		t.Errorf("%v", err)
	}
	if err := explain.Check(explain.Explanation{}); err == nil || err.Error() != "explanation: the result is not the last step" {
		t.Errorf("%v", err)
	}
}

// everything uses each operation at least once.
func everything(t testing.TB) explain.Explanation {
	hk, err := time.LoadLocation("Asia/Hong_Kong")
	if err != nil {
		t.Fatal(err)
	}
	b := explain.New(late)
	fact := b.Fact("share", ratio.MustParse("6/31")).Cite(late)
	two := b.Int(2).Note("a pair")
	anchor := b.FactDate("anchor", date.MustParse("2024-01-31"))
	third := b.AddMonths(anchor, two, date.Roll)
	days := b.AddDays(third, b.Int(14))
	notice, _ := b.AddWorkingDays(b.FactDate("notice", date.MustParse("2024-03-28")), b.Int(3), calendar.HongKong())
	rolled, _ := b.NextWorkingDay(days, calendar.Both(calendar.HongKong(), calendar.Mainland()))
	last, first := b.MaxDate(notice, rolled, third), b.MinDate(notice, rolled)
	begin, end := b.StartOfDay(first, hk), b.FactTime("outage end", time.Date(2024, 5, 1, 3, 4, 5, 6000, time.UTC))
	end = b.MaxDate(b.AddSeconds(end, b.Literal(ratio.Of(1, 4))), begin)
	seconds := b.Seconds(begin, end)
	numbers := []explain.Value{
		b.Add(fact, two), b.Sub(fact, two), b.Div(fact, two), b.Pow(fact, two), b.Neg(fact), b.Max(fact, two), b.Min(fact, two),
		b.Count(notice, fact), b.Round(fact, 3, ratio.HalfEven), b.Equal(first, last), b.Less(first, last), b.LessEqual(fact, two),
		b.Days(anchor, last), b.Months(anchor, anchor, last, date.Clamped), seconds, b.WorkingDays(first, last, calendar.Mainland()),
		b.Tier(seconds, explain.Tier{Result: ratio.Int(0)}, explain.Tier{From: ratio.Int(3600), Result: ratio.Of(1, 20)}),
		b.Days(anchor, b.DateOf(end, hk)),
	}
	total := b.Sum(numbers...)
	b.Mul(two, two) // nobody needs it: it must not be explained
	return b.Explanation(b.If(b.Less(total, b.Int(0)), b.Int(0), b.Mul(total, two)).In("things"))
}

// TestTampering changes every result, every fact and every literal in turn.
func TestTampering(t *testing.T) {
	e := everything(t)
	if err := explain.Check(e); err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(e)
	fresh := func() (x explain.Explanation) {
		if err := json.Unmarshal(text, &x); err != nil {
			t.Fatal(err)
		}
		return x
	}
	for i, s := range e.Steps {
		for _, wrong := range []string{s.Result + "1", "", "12/62", "2024-02-30", "0", "PENDING 2027-01-05"} {
			x := fresh()
			if x.Steps[i].Result == wrong {
				continue
			}
			x.Steps[i].Result = wrong
			var m *explain.Mismatch
			if err := explain.Check(x); !errors.As(err, &m) || m.Step != s.ID {
				t.Errorf("%s %s with result %q: %v", s.ID, s.Op, wrong, err)
			}
		}
	}
	x := fresh()
	x.Steps[0].Operands[0].Fact.Value = "7/31"
	if explain.Check(x) == nil {
		t.Error("another fact gives the same figure")
	}
}

func TestAllOperationsAreUsed(t *testing.T) {
	used := map[explain.Op]bool{}
	for _, s := range everything(t).Steps {
		used[s.Op] = true
	}
	for _, op := range explain.Ops() {
		if !used[op] {
			t.Errorf("%s is not tested", op)
		}
	}
}

func TestRefused(t *testing.T) {
	lit := func(texts ...string) (all []explain.Operand) {
		for _, s := range texts {
			all = append(all, explain.Operand{Literal: s})
		}
		return all
	}
	one := func(op explain.Op, result string, in ...explain.Operand) explain.Explanation {
		return explain.Explanation{Steps: []explain.Step{{ID: "a", Op: op, Operands: in, Result: result}}, Result: "a"}
	}
	two := one("ADD", "3", lit("1", "2")...)
	two.Steps = append(two.Steps, two.Steps[0])
	rounded := one("ADD", "3", lit("1", "2")...)
	rounded.Steps[0].Rounding = &explain.Rounding{Mode: ratio.HalfUp}
	far := one("ROUND", "3", lit("3")...)
	far.Steps[0].Rounding = &explain.Rounding{Mode: ratio.HalfUp, Places: 1 << 40}
	for name, e := range map[string]explain.Explanation{
		"nothing":           {},
		"other result":      {Steps: one("ADD", "3", lit("1", "2")...).Steps, Result: "b"},
		"id twice":          two,
		"unknown operation": one("GUESS", "3", lit("1", "2")...),
		"too few":           one("ADD", "1", lit("1")...),
		"none to choose":    one("MAX", "0"),
		"own result":        one("ADD", "3", explain.Operand{Step: "a"}, explain.Operand{Literal: "3"}),
		"two in one":        one("ADD", "3", explain.Operand{Literal: "1", Fact: &explain.Fact{Name: "x", Value: "1"}}, explain.Operand{Literal: "2"}),
		"empty operand":     one("ADD", "3", explain.Operand{}, explain.Operand{Literal: "2"}),
		"nameless fact":     one("FACT", "3", explain.Operand{Fact: &explain.Fact{Value: "3"}}),
		"fact of literal":   one("FACT", "3", lit("3")...),
		"literal of fact":   one("LITERAL", "3", explain.Operand{Fact: &explain.Fact{Name: "x", Value: "3"}}),
		"rounding":          rounded,
		"no rounding":       one("ROUND", "3", lit("3")...),
		"many places":       far,
		"not lowest terms":  one("ADD", "2/4", lit("1/4", "1/4")...),
		"kinds":             one("ADD", "3", lit("1", "2024-01-01")...),
		"by zero":           one("DIV", "0", lit("1", "0")...),
		"large power":       one("POW", "1", lit("3", "16000")...),
		"half power":        one("POW", "1", lit("1", "1/2")...),
		"mixed":             one("MAX_DATE", "2024-01-01", lit("2024-01-01", "2024-01-01T00:00:00Z")...),
		"latest number":     one("MAX_DATE", "3", lit("3")...),
		"compared":          one("LESS", "1", lit("3", "2024-01-01")...),
		"condition":         one("IF", "1", lit("2024-01-01", "1", "2")...),
		"half a tier":       one("TIER", "5", lit("1", "0", "5", "1")...),
		"below the tiers":   one("TIER", "5", lit("1", "2", "5")...),
		"tiers descend":     one("TIER", "5", lit("7", "2", "5", "1", "6")...),
		"before anchor":     one("MONTHS_BETWEEN", "0", lit("2024-02-01", "2024-01-01", "2024-02-01", string(date.Clamped))...),
		"month rule":        one("ADD_MONTHS", "2024-02-01", lit("2024-01-01", "1", "LUNAR")...),
		"half a day":        one("ADD_DAYS", "2024-02-01", lit("2024-01-01", "1/2")...),
		"end of time":       one("ADD_DAYS", "2024-02-01", lit("9999-12-31", "1")...),
		"calendar":          one("NEXT_WORKING_DAY", "2024-01-02", lit("2024-01-02", "SG", "SG-1")...),
		"old version":       one("NEXT_WORKING_DAY", "2024-01-02", lit("2024-01-02", "HK", "HK-2019.1")...),
		"unpublished":       one("WORKING_DAYS_BETWEEN", "1", lit("2027-01-01", "2027-01-05", "PRC", "PRC-2026.1")...),
		"local zone":        one("START_OF_DAY", "2024-01-01T00:00:00Z", lit("2024-01-01", "Local")...),
		"no zone":           one("DATE_OF", "2024-01-01", lit("2024-01-01T00:00:00Z", "Moon/Tycho")...),
		"less than a nano":  one("ADD_SECONDS", "2024-01-01T00:00:00Z", lit("2024-01-01T00:00:00Z", "1/3")...),
		"centuries":         one("SECONDS_BETWEEN", "0", lit("0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z")...),
	} {
		var m *explain.Mismatch
		if err := explain.Check(e); !errors.As(err, &m) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPending(t *testing.T) {
	b := explain.New(late)
	v, r := b.AddWorkingDays(b.FactDate("notice", date.MustParse("2026-12-30")), b.Int(3), calendar.Mainland())
	if notBefore, waits := v.Pending(); !waits || !r.Pending || notBefore != r.NotBefore || v.String() != "PENDING 2027-01-02" {
		t.Errorf("%v, %+v", v, r)
	}
	e := b.Explanation(v)
	if err := explain.Check(e); err != nil {
		t.Error(err)
	}
	// A later calendar answers, and the stored explanation still names its own.
	if _, err := explain.EvalWith(e, func(id, version string) (calendar.Calendar, bool) {
		return calendar.HongKong(), version == "PRC-2026.1"
	}); err == nil {
		t.Error("another calendar gives the same answer")
	}
}

func TestOnlyWhatIsNeeded(t *testing.T) {
	b := explain.New(late)
	x, y := b.Fact("x", ratio.Int(1)), b.Fact("y", ratio.Int(2))
	both, other := b.Add(x, y), b.Mul(x, y)
	if e := b.Explanation(both); len(e.Steps) != 1 || e.Steps[0].Op != explain.OpAdd {
		t.Errorf("%+v", e)
	}
	if e := b.Explanation(b.Sub(other, both)); len(e.Steps) != 3 || explain.Check(e) != nil || len(e.Steps[0].Citations) != 0 || len(e.Steps[2].Citations) != 1 {
		t.Errorf("%+v", e)
	}
	if e := b.Explanation(x); len(e.Steps) != 1 || e.Steps[0].Op != explain.OpFact || explain.Check(e) != nil {
		t.Errorf("%+v", e)
	}
	if e := b.Explanation(b.Dec("0.50")); e.Steps[0].Op != explain.OpLiteral || e.Steps[0].Result != "1/2" || explain.Check(e) != nil {
		t.Errorf("%+v", e)
	}
}

func TestBuilderPanics(t *testing.T) {
	b, other := explain.New(), explain.New()
	for name, f := range map[string]func(){
		"other builder": func() { b.Add(b.Int(1), other.Int(1)) },
		"by zero":       func() { b.Div(b.Int(1), b.Int(0)) },
		"kind":          func() { b.Int(1).Date() },
		"unset date":    func() { b.FactDate("d", date.Date{}) },
		"not rounded":   func() { b.Dec("0.005").Money("HKD") },
		"bad text":      func() { b.Dec("five") },
		"currency":      func() { b.RoundMoney(b.Int(1), "ZZZ", "") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s does not panic", name)
				}
			}()
			f()
		}()
	}
}

// TestEveryDerivationHolds builds at random and evaluates what was stored.
func TestEveryDerivationHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := explain.New(late)
		num := func(name string) ratio.Ratio {
			return ratio.Of(rapid.Int64Range(-1e6, 1e6).Draw(t, name), rapid.Int64Range(1, 400).Draw(t, name+" below"))
		}
		values := []explain.Value{b.Fact("a", num("a")), b.Literal(num("b"))}
		pick := func() explain.Value { return rapid.SampledFrom(values).Draw(t, "operand") }
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			x, y := pick(), pick()
			switch rapid.IntRange(0, 7).Draw(t, "op") {
			case 0:
				x = b.Add(x, y)
			case 1:
				x = b.Sub(x, y)
			case 2:
				x = b.Max(x, y)
			case 3:
				x = b.Round(x, rapid.IntRange(-2, 4).Draw(t, "places"), ratio.HalfEven)
			case 4:
				x = b.If(b.Less(x, y), x, y)
			case 5:
				x = b.Sum(x, y, x)
			case 6:
				x = b.Round(b.Mul(x, y), 2, ratio.HalfUp)
			default:
				if !y.Ratio().IsZero() {
					x = b.Round(b.Div(x, y), 6, ratio.Down)
				}
			}
			values = append(values, x)
		}
		v := values[len(values)-1]
		e := b.Explanation(v)
		results, err := explain.Eval(e)
		if err != nil || results[e.Result] != v.Ratio().String() {
			t.Fatalf("%v: %+v", err, e)
		}
		i := rapid.IntRange(0, len(e.Steps)-1).Draw(t, "tampered")
		e.Steps[i].Result = ratio.MustParse(e.Steps[i].Result).Add(ratio.Of(1, 7)).String()
		if explain.Check(e) == nil {
			t.Fatal("a wrong result is accepted")
		}
	})
}

// FuzzCheck looks for data that makes the evaluation panic or spin.
func FuzzCheck(f *testing.F) {
	all, _ := json.Marshal(everything(f))
	f.Add(all)
	f.Add([]byte(`{"steps":[{"id":"a","op":"POW","operands":[{"literal":"9"},{"literal":"9999"}],"result":"1"}],"result":"a"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var e explain.Explanation
		if json.Unmarshal(text, &e) == nil && explain.Check(e) == nil {
			if _, ok := e.Final(); !ok {
				t.Error("nothing holds")
			}
		}
	})
}

func BenchmarkInterest(b *testing.B) {
	balance := money.MustParse("HKD", "10000.00")
	for b.Loop() {
		interest(balance, "2024-03-01", "2024-04-15")
	}
}
