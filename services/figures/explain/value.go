package explain

import (
	"strings"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/ratio"
)

type kind int

const (
	word kind = iota // rules, zones, calendar ids, versions
	number
	day
	instant
	pending // a working day that is not published yet; at least the day it holds
)

var kindNames = [...]string{"a word", "a number", "a date", "an instant", "a pending date"}

// value is what an operand or a result stands for.
type value struct {
	kind kind
	num  ratio.Ratio
	day  date.Date
	at   time.Time
	text string // kind word; for other kinds the spelling of a literal, or empty
}

func numberOf(r ratio.Ratio) value  { return value{kind: number, num: r} }
func countOf(n int) value           { return numberOf(ratio.Int(int64(n))) }
func dayOf(d date.Date) value       { return value{kind: day, day: d} }
func instantOf(t time.Time) value   { return value{kind: instant, at: t.UTC().Round(0)} }
func wordOf(s string) value         { return value{kind: word, text: s} }
func pendingFrom(d date.Date) value { return value{kind: pending, day: d} }

const pendingPrefix = "PENDING"

// String is the spelling that results have.
func (v value) String() string {
	switch v.kind {
	case number:
		return v.num.String()
	case day:
		return v.day.String()
	case instant:
		return v.at.Format(time.RFC3339Nano)
	case pending:
		return strings.TrimSpace(pendingPrefix + " " + v.day.String())
	}
	return v.text
}

// spelling is how v is written as a literal or a fact.
func (v value) spelling() string {
	if v.text != "" {
		return v.text
	}
	return v.String()
}

// read finds out what the text of a literal or a fact stands for: the spellings
// of numbers, dates and instants have nothing in common.
func read(s string) value {
	if r, err := ratio.Parse(s); err == nil {
		return numberOf(r)
	}
	if d, err := date.Parse(s); err == nil {
		return dayOf(d)
	}
	if strings.ContainsRune(s, 'T') {
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return instantOf(t)
		}
	}
	return wordOf(s)
}

// compare orders two values of one kind.
func (v value) compare(w value) int {
	switch v.kind {
	case number:
		return v.num.Cmp(w.num)
	case day:
		return v.day.Compare(w.day)
	case instant:
		return v.at.Compare(w.at)
	}
	return strings.Compare(v.text, w.text)
}
