package terms

import (
	"fmt"
	"slices"
)

func (c *checker) readingList() {
	for i, r := range c.t.Readings {
		at := fmt.Sprintf("readings[%d]", i)
		if !nameForm.MatchString(r.Name) {
			c.fail(at+".name", "%q is no name of a reading: lower-case letters, digits and underscores", r.Name)
		}
		if c.readings[r.Name] != i {
			c.fail(at+".name", "reading %s is there twice", r.Name)
		}
		if r.Reason == "" {
			c.add(SeverityWarning, at+".name", "reading %s gives no reason for its default", r.Name)
		}
		c.readingKind(at, r)
		c.readingDefault(at, r)
		c.readingClauses(at, r)
	}
}

func (c *checker) readingKind(at string, r Reading) {
	switch r.ValueKind {
	case KindChoice, KindBoolean, KindCalendar:
		if len(r.Options) == 0 {
			c.fail(at+".options", "reading %s needs options", r.Name)
		}
	case KindInteger, KindDecimal, KindText:
	default:
		c.fail(at+".value_kind", "reading %s needs a value kind", r.Name)
	}
	seen := map[string]bool{}
	for j, o := range r.Options {
		path := fmt.Sprintf("%s.options[%d].option", at, j)
		if o.Option == "" || o.Meaning == "" {
			c.fail(path, "an option of reading %s needs its word and its meaning", r.Name)
		}
		if seen[o.Option] {
			c.fail(path, "option %s of reading %s is there twice", o.Option, r.Name)
		}
		if r.ValueKind == KindBoolean && o.Option != "true" && o.Option != "false" {
			c.fail(path, "reading %s is boolean: true or false, not %q", r.Name, o.Option)
		}
		seen[o.Option] = true
	}
	c.readingRange(at, r)
}

func (c *checker) readingRange(at string, r Reading) {
	lo, hasLo := ParseDecimal(r.Minimum)
	hi, hasHi := ParseDecimal(r.Maximum)
	if (r.Minimum != "" && !hasLo) || (r.Maximum != "" && !hasHi) {
		c.fail(at+".minimum", "the limits of reading %s are no numbers", r.Name)
	}
	if hasLo && hasHi && lo.Cmp(hi) > 0 {
		c.fail(at+".maximum", "reading %s: nothing is at least %s and at most %s", r.Name, r.Minimum, r.Maximum)
	}
	if (hasLo || hasHi) && r.ValueKind != KindInteger && r.ValueKind != KindDecimal {
		c.fail(at+".minimum", "reading %s is no number and has no limits", r.Name)
	}
}

func (c *checker) readingDefault(at string, r Reading) {
	if r.Default == "" {
		c.fail(at+".name", "reading %s is unset: it needs a default", r.Name)
		return
	}
	for j, o := range r.Options {
		if o.Option != r.Default {
			continue
		}
		if !o.Runs {
			c.fail(fmt.Sprintf("%s.options[%d].runs", at, j), "the default of reading %s must run", r.Name)
		}
		return
	}
	if !r.open() || !r.inRange(r.Default) {
		c.fail(at+".default", "reading %s: the default %q is none of its options or out of its limits", r.Name, r.Default)
	}
}

// readingClauses asks that the clauses of a reading name it.
func (c *checker) readingClauses(at string, r Reading) {
	for j, id := range r.Clauses {
		i, ok := c.clauses[id]
		if ok && !slices.Contains(c.t.Clauses[i].Readings, r.Name) {
			c.add(SeverityWarning, fmt.Sprintf("%s.clauses[%d]", at, j), "reading %s decides clause %s, which does not list it", r.Name, id)
		}
	}
}

// coverage notes what no policy speaks of: executable clauses, and readings of
// which a choice would change nothing.
func (c *checker) coverage() {
	for i, cl := range c.t.Clauses {
		if cl.Executable && !c.cited[cl.ID] {
			c.add(SeverityNote, fmt.Sprintf("clauses[%d].id", i), "executable clause %s is named by no policy", cl.ID)
		}
	}
	for i, r := range c.t.Readings {
		if !c.read[r.Name] && (r.open() || len(r.Running()) > 1) {
			c.add(SeverityNote, fmt.Sprintf("readings[%d].name", i), "reading %s has a choice that no policy reads", r.Name)
		}
	}
}
