package terms

import (
	"strconv"
	"strings"

	"cloudpact.dev/services/figures/ratio"
)

// Value kinds of a reading.
const (
	KindChoice  = "choice"
	KindInteger = "integer"
	KindDecimal = "decimal"
	KindBoolean = "boolean"
	KindText    = "text"
	// KindCalendar is a choice among calendars of working days.
	KindCalendar = "calendar"
)

// maxDigits bounds a number in terms; a longer one is a slip.
const maxDigits = 18

// Check tells whether a choice may be put in force; see [Resolve] for the errors.
func (rd Reading) Check(choice string) error {
	if choice == rd.Default {
		return nil
	}
	for _, o := range rd.Options {
		if o.Option != choice {
			continue
		}
		if !o.Runs {
			return &ReadingNotExecutable{Reading: rd.Name, Option: choice, Runs: rd.Running()}
		}
		return nil
	}
	if rd.open() && rd.inRange(choice) {
		return nil
	}
	return &OptionUnknown{Reading: rd.Name, Option: choice, Want: rd.want()}
}

// Running lists the options that run, the default first.
func (rd Reading) Running() []string {
	out := []string{rd.Default}
	for _, o := range rd.Options {
		if o.Runs && o.Option != rd.Default {
			out = append(out, o.Option)
		}
	}
	return out
}

// open tells whether values that are no listed options may be chosen.
func (rd Reading) open() bool {
	if len(rd.Options) > 0 {
		return false
	}
	return rd.ValueKind == KindInteger || rd.ValueKind == KindDecimal || rd.ValueKind == KindText
}

// inRange tells whether a value is of the reading's kind and within its limits.
func (rd Reading) inRange(v string) bool {
	if rd.ValueKind == KindText {
		return v != "" && len(v) <= 200
	}
	d, ok := ParseDecimal(v)
	if rd.ValueKind == KindInteger {
		_, ok = ParseInt(v)
	}
	if !ok {
		return false
	}
	if lo, set := ParseDecimal(rd.Minimum); set && d.Cmp(lo) < 0 {
		return false
	}
	if hi, set := ParseDecimal(rd.Maximum); set && d.Cmp(hi) > 0 {
		return false
	}
	return true
}

// want says for people what is accepted.
func (rd Reading) want() string {
	if !rd.open() {
		return "one of " + strings.Join(rd.Running(), ", ")
	}
	w := "any " + rd.ValueKind
	if rd.Minimum != "" {
		w += " from " + rd.Minimum
	}
	if rd.Maximum != "" {
		w += " to " + rd.Maximum
	}
	return w
}

// ParseInt reads a whole number in plain decimal digits, with a sign at most.
func ParseInt(s string) (int, bool) {
	if len(s) > maxDigits {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && strconv.Itoa(n) == s
}

// ParseDecimal reads a plain decimal such as "0.015".
func ParseDecimal(s string) (ratio.Ratio, bool) {
	if s == "" || len(s) > maxDigits || strings.Contains(s, "/") {
		return ratio.Ratio{}, false
	}
	d, err := ratio.Parse(s)
	return d, err == nil
}
