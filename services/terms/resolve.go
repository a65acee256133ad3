package terms

import (
	"fmt"
	"slices"
	"sort"
	"sync"
	"time"
	_ "time/tzdata" // zones must not depend on the machine

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
)

// ReadingUnknown refuses a choice for a reading that the revision does not have.
type ReadingUnknown struct {
	Reading string
}

// Error names the reading.
func (e *ReadingUnknown) Error() string {
	return fmt.Sprintf("the terms have no reading %q", e.Reading)
}

// OptionUnknown refuses an option or value that a reading does not have.
type OptionUnknown struct {
	Reading, Option string
	// Want says what is accepted, for people.
	Want string
}

// Error names the reading, what was chosen and what is accepted.
func (e *OptionUnknown) Error() string {
	return fmt.Sprintf("reading %q has no option %q: choose %s", e.Reading, e.Option, e.Want)
}

// ReadingNotExecutable refuses an option that is recorded but does not run.
type ReadingNotExecutable struct {
	Reading, Option string
	// Runs lists the options that do.
	Runs []string
}

// Error names the reading, the option and the ones that run.
func (e *ReadingNotExecutable) Error() string {
	return fmt.Sprintf("reading %q: option %q is recorded but does not run; these run: %v", e.Reading, e.Option, e.Runs)
}

// Resolved is a revision with one option in force for each of its readings: what
// a contract was concluded on. It is immutable and safe for concurrent use.
type Resolved struct {
	*Terms
	hash    func() string
	zone    *time.Location
	chosen  map[string]string
	clauses map[string]bool
}

// Resolve puts the choices in force and every other reading on its default. It
// refuses an unknown reading ([ReadingUnknown]), an unknown option or a value out
// of range ([OptionUnknown]) and an option that does not run
// ([ReadingNotExecutable]). The terms must not change afterwards. It walks the
// whole revision: keep the result for as long as the choices stand.
func Resolve(t *Terms, choices map[string]string) (Resolved, error) {
	r := Resolved{
		Terms: t,
		hash: sync.OnceValue(func() string {
			h, err := Hash(t)
			if err != nil {
				panic("terms: plain data cannot fail to be written: " + err.Error())
			}
			return h
		}),
		chosen:  make(map[string]string, len(t.Readings)),
		clauses: make(map[string]bool, len(t.Clauses)),
	}
	for _, c := range t.Clauses {
		r.clauses[c.ID] = true
	}
	known := make(map[string]Reading, len(t.Readings))
	for _, rd := range t.Readings {
		known[rd.Name] = rd
		r.chosen[rd.Name] = rd.Default
	}
	for _, name := range sortedKeys(choices) {
		rd, ok := known[name]
		if !ok {
			return Resolved{}, &ReadingUnknown{Reading: name}
		}
		if err := rd.Check(choices[name]); err != nil {
			return Resolved{}, err
		}
		r.chosen[name] = choices[name]
	}
	return r, r.checkText()
}

// checkText refuses a time zone or a currency that nobody knows: the readings of
// free text that a machine acts on.
func (r *Resolved) checkText() error {
	zone := r.Text(r.TimeZone)
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		return &OptionUnknown{Reading: "time_zone", Option: zone, Want: "the IANA name of a time zone"}
	}
	r.zone = loc
	if cur := r.Text(r.Currency); cur != "" {
		if _, ok := money.Exponent(cur); !ok {
			return &OptionUnknown{Reading: "currency", Option: cur, Want: "the ISO 4217 code of a currency"}
		}
	}
	return nil
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// Hash is the hash of the whole revision, as [Hash] gives it; it is computed once,
// when it is asked for.
func (r Resolved) Hash() string { return r.hash() }

// Choice is the option in force. A reading that the revision does not have is a
// fault of the caller and panics.
func (r Resolved) Choice(reading string) string {
	o, ok := r.chosen[reading]
	if !ok {
		panic(fmt.Sprintf("terms: %s has no reading %q", r.ID, reading))
	}
	return o
}

// Zone is the time zone in which the agreement's days begin and end.
func (r Resolved) Zone() *time.Location { return r.zone }

// DefaultCurrency is the currency where a contract names none, "" where it must.
func (r Resolved) DefaultCurrency() string { return r.Text(r.Currency) }

// Choices is every reading with its option in force, a copy.
func (r Resolved) Choices() map[string]string {
	out := make(map[string]string, len(r.chosen))
	for k, v := range r.chosen {
		out[k] = v
	}
	return out
}

// Int is a choice of an integer reading.
func (r Resolved) Int(reading string) int {
	n, ok := ParseInt(r.Choice(reading))
	if !ok {
		panic(fmt.Sprintf("terms: reading %q is no integer", reading))
	}
	return n
}

// Bool is a choice of a boolean reading.
func (r Resolved) Bool(reading string) bool { return flag(reading, r.Choice(reading)) }

// Decimal is a choice of a decimal or integer reading.
func (r Resolved) Decimal(reading string) ratio.Ratio {
	d, ok := ParseDecimal(r.Choice(reading))
	if !ok {
		panic(fmt.Sprintf("terms: reading %q is no decimal", reading))
	}
	return d
}

// Text is the value of a setting, "" where there is none.
func (r Resolved) Text(s Setting) string {
	if s.Reading != "" {
		return r.Choice(s.Reading)
	}
	return s.Value
}

// Is tells whether a setting has the value.
func (r Resolved) Is(s Setting, value string) bool { return r.Text(s) == value }

// Number is the value of a setting that is a count, 0 where there is none.
func (r Resolved) Number(s Setting) int {
	v := r.Text(s)
	if v == "" {
		return 0
	}
	n, ok := ParseInt(v)
	if !ok {
		panic(fmt.Sprintf("terms: setting %+v is no integer", s))
	}
	return n
}

// Flag is the value of a setting that is true or false, false where there is
// none.
func (r Resolved) Flag(s Setting) bool {
	v := r.Text(s)
	return v != "" && flag(s.Reading, v)
}

// Rate is the value of a setting that is a decimal, 0 where there is none.
func (r Resolved) Rate(s Setting) ratio.Ratio {
	v := r.Text(s)
	if v == "" {
		return ratio.Int(0)
	}
	d, ok := ParseDecimal(v)
	if !ok {
		panic(fmt.Sprintf("terms: setting %+v is no decimal", s))
	}
	return d
}

func flag(name, v string) bool {
	switch v {
	case "true":
		return true
	case "false":
		return false
	}
	panic(fmt.Sprintf("terms: %q holds %q, not true or false", name, v))
}

// Cite names a clause of these terms with the readings that decided. Empty names
// are left out, so that the reading of a [Setting] can be passed as it is. A
// clause or reading that the revision does not have panics.
func (r Resolved) Cite(clause string, readings ...string) explain.Citation {
	if !r.clauses[clause] {
		panic(fmt.Sprintf("terms: %s has no clause %q", r.ID, clause))
	}
	c := explain.Citation{Terms: r.ID, Revision: r.Revision, Clause: clause}
	for _, name := range readings {
		if name == "" || slices.ContainsFunc(c.Readings, func(x explain.Reading) bool { return x.Name == name }) {
			continue
		}
		c.Readings = append(c.Readings, explain.Reading{Name: name, Option: r.Choice(name)})
	}
	return c
}

// BearsInterest tells whether unpaid money of an item bears interest, and the
// reading that decided it, "" where the text did.
func (r Resolved) BearsInterest(item string) (bool, string) {
	i, ok := r.Charging.Item(item)
	if !ok || r.Interest == nil {
		return false, ""
	}
	which := r.Charging.InterestOnCompensation
	switch i.Nature {
	case NatureCharge:
		return true, ""
	case NatureRecurrentSum:
		return r.Is(which, "RECURRENT_BASED_ONLY") || r.Is(which, "ALL"), which.Reading
	case NatureOther:
		return r.Is(which, "ALL"), which.Reading
	case NatureTax:
		return r.Flag(r.Interest.BaseIncludesTax), r.Interest.BaseIncludesTax.Reading
	}
	return false, ""
}
