package explain

import (
	"fmt"
	"time"
	_ "time/tzdata" // the zones of START_OF_DAY and DATE_OF, wherever this runs

	"cloudpact.dev/services/figures/calendar"
)

// Mismatch says where an explanation does not hold.
type Mismatch struct {
	Step   string // id, or empty when the explanation as a whole is wrong
	Reason string
}

// Error is the step and the reason.
func (m *Mismatch) Error() string {
	if m.Step == "" {
		return "explanation: " + m.Reason
	}
	return "explanation, step " + m.Step + ": " + m.Reason
}

// Calendars finds a calendar by id and version.
type Calendars func(id, version string) (calendar.Calendar, bool)

// Shipped finds every edition of the calendars that ship with this module.
func Shipped(id, version string) (calendar.Calendar, bool) { return calendar.ByVersion(id, version) }

// Check is Eval for those who only want to know whether the explanation holds.
func Check(e Explanation) error {
	_, err := Eval(e)
	return err
}

// Eval computes every step again, with the shipped calendars, and returns the
// results by step id. It fails on the first difference.
func Eval(e Explanation) (map[string]string, error) { return EvalWith(e, Shipped) }

// EvalWith is Eval with calendars of the caller's.
func EvalWith(e Explanation, calendars Calendars) (map[string]string, error) {
	final, ok := e.Final()
	if !ok || e.Result != final.ID {
		return nil, &Mismatch{Reason: "the result is not the last step"}
	}
	known := make(map[string]value, len(e.Steps))
	results := make(map[string]string, len(e.Steps))
	for _, s := range e.Steps {
		if _, twice := known[s.ID]; twice || s.ID == "" {
			return nil, &Mismatch{s.ID, "the id is empty or used twice"}
		}
		v, err := again(s, known, calendars)
		if err != nil {
			return nil, &Mismatch{s.ID, err.Error()}
		}
		if got := v.String(); got != s.Result {
			return nil, &Mismatch{s.ID, fmt.Sprintf("stored %q, computed %q", s.Result, got)}
		}
		known[s.ID], results[s.ID] = v, s.Result
	}
	return results, nil
}

// again computes one step from its operands. Dates outside the years 1 to 9999
// make the date package panic; here they are bad data, not a bad program.
func again(s Step, known map[string]value, calendars Calendars) (v value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	in := make([]value, len(s.Operands))
	for i, o := range s.Operands {
		if in[i], err = operand(o, known); err != nil {
			return value{}, fmt.Errorf("operand %d: %w", i+1, err)
		}
	}
	if s.Op == OpFact && (len(s.Operands) != 1 || s.Operands[0].Fact == nil) ||
		s.Op == OpLiteral && (len(s.Operands) != 1 || s.Operands[0].Literal == "") {
		return value{}, fmt.Errorf("%s has other operands", s.Op)
	}
	return apply(env{calendar: calendars, zone: loadZone, rounding: s.Rounding}, s.Op, in)
}

func operand(o Operand, known map[string]value) (value, error) {
	switch {
	case o.Fact != nil && o.Literal == "" && o.Step == "":
		if o.Fact.Name == "" {
			return value{}, fmt.Errorf("a fact without a name")
		}
		return read(o.Fact.Value), nil
	case o.Fact == nil && o.Literal != "" && o.Step == "":
		return read(o.Literal), nil
	case o.Fact == nil && o.Literal == "" && o.Step != "":
		if v, ok := known[o.Step]; ok {
			return v, nil
		}
		return value{}, fmt.Errorf("no earlier step %q", o.Step)
	}
	return value{}, fmt.Errorf("not exactly one of literal, step and fact")
}

// loadZone takes named zones only: "Local" means another zone elsewhere.
func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("no time zone %q", name)
	}
	return time.LoadLocation(name)
}
