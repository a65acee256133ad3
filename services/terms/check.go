package terms

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Severities of a problem.
const (
	// SeverityError: the revision cannot be registered.
	SeverityError = "error"
	// SeverityWarning: it can, but somebody should look.
	SeverityWarning = "warning"
	// SeverityNote: a fact about its coverage.
	SeverityNote = "note"
)

// Problem is something that is wrong with a revision, or worth knowing.
type Problem struct {
	// Severity is one of the constants.
	Severity string
	// Path of the field, for example "interest.method.reading" or
	// "tokens.rules[2].clause".
	Path string
	// Message for people, with the remedy.
	Message string
}

// String is the problem on one line.
func (p Problem) String() string { return p.Severity + ": " + p.Path + ": " + p.Message }

// Check looks for everything that can be wrong with a revision by itself:
// dangling references, unset or unknown readings, unknown words, duplicate ids,
// rules that nothing can reach, tier tables with gaps or overlaps. Errors come in
// the order of the fields.
func Check(t *Terms) []Problem {
	c := newChecker(t)
	c.heading()
	c.clauseList()
	c.readingList()
	c.kindList()
	Walk(t, c.field)
	c.reachability()
	c.tierTables()
	c.coverage()
	return c.problems
}

// Failed tells whether any of the problems is an error.
func Failed(problems []Problem) bool {
	for _, p := range problems {
		if p.Severity == SeverityError {
			return true
		}
	}
	return false
}

type checker struct {
	t        *Terms
	clauses  map[string]int
	readings map[string]int
	kinds    map[string]bool
	// cited and read are the clauses and readings that a policy names.
	cited, read map[string]bool
	problems    []Problem
}

func newChecker(t *Terms) *checker {
	c := &checker{
		t: t, clauses: map[string]int{}, readings: map[string]int{}, kinds: map[string]bool{},
		cited: map[string]bool{}, read: map[string]bool{},
	}
	for i, cl := range t.Clauses {
		if _, ok := c.clauses[cl.ID]; !ok {
			c.clauses[cl.ID] = i
		}
	}
	for i, r := range t.Readings {
		if _, ok := c.readings[r.Name]; !ok {
			c.readings[r.Name] = i
		}
	}
	for _, k := range t.Kinds {
		c.kinds[k.Code] = true
	}
	return c
}

func (c *checker) add(severity, path, format string, args ...any) {
	c.problems = append(c.problems, Problem{severity, path, fmt.Sprintf(format, args...)})
}

func (c *checker) fail(path, format string, args ...any) {
	c.add(SeverityError, path, format, args...)
}

var (
	idForm       = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
	revisionForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	nameForm     = regexp.MustCompile(`^[a-z][a-z0-9_]{0,79}$`)
	wordForm     = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,79}$`)
)

func (c *checker) heading() {
	if !idForm.MatchString(c.t.ID) {
		c.fail("id", "%q is no id of terms: lower-case letters, digits and hyphens", c.t.ID)
	}
	if !revisionForm.MatchString(c.t.Revision) {
		c.fail("revision", "%q is no revision: lower-case letters, digits and hyphens, for example 2018-03", c.t.Revision)
	}
	if c.t.Title == "" {
		c.fail("title", "the terms need a title")
	}
	if c.t.TimeZone.IsZero() {
		c.fail("time_zone", "the terms need a time zone")
	}
}

func (c *checker) clauseList() {
	for i, cl := range c.t.Clauses {
		at := func(field string) string { return fmt.Sprintf("clauses[%d].%s", i, field) }
		if !strings.HasPrefix(cl.ID, c.t.ID+"/") || len(cl.ID) == len(c.t.ID)+1 {
			c.fail(at("id"), "clause id %q does not begin with %q", cl.ID, c.t.ID+"/")
		}
		if c.clauses[cl.ID] != i {
			c.fail(at("id"), "clause %s is there twice", cl.ID)
		}
		if cl.Title == "" || cl.Number == "" {
			c.fail(at("id"), "clause %s needs a number and a title", cl.ID)
		}
		if cl.Executable == (cl.Owner == "record" || cl.Owner == "") {
			c.fail(at("executable"), "clause %s: a clause is executable exactly where its owner is a service", cl.ID)
		}
		if (cl.Owner == "billing") != (cl.Half != "") {
			c.fail(at("half"), "clause %s: billing, and only billing, has a half: book or ledger", cl.ID)
		}
		c.ancestry(i, cl, at("parent"))
		for j, name := range cl.Readings {
			path := fmt.Sprintf("%s[%d]", at("readings"), j)
			if k, ok := c.readings[name]; !ok {
				c.fail(path, "clause %s names the reading %q, which the terms do not have", cl.ID, name)
			} else if !slices.Contains(c.t.Readings[k].Clauses, cl.ID) {
				c.add(SeverityWarning, path, "clause %s lists reading %s, which does not name it", cl.ID, name)
			}
		}
	}
}

// maxNesting bounds how deep clauses stand under one another.
const maxNesting = 16

// ancestry refuses a parent that does not exist and a clause above itself.
func (c *checker) ancestry(i int, cl Clause, path string) {
	at := cl
	for range maxNesting {
		if at.Parent == "" {
			return
		}
		p, ok := c.clauses[at.Parent]
		if !ok {
			if at.ID == cl.ID {
				c.fail(path, "clause %s stands under %q, which the terms do not have", cl.ID, at.Parent)
			}
			return
		}
		if p == i {
			c.fail(path, "clause %s stands under itself", cl.ID)
			return
		}
		at = c.t.Clauses[p]
	}
	c.fail(path, "clause %s stands under more than %d others", cl.ID, maxNesting)
}

func (c *checker) kindList() {
	seen := map[string]bool{}
	for i, k := range c.t.Kinds {
		path := fmt.Sprintf("kinds[%d].code", i)
		if !wordForm.MatchString(k.Code) {
			c.fail(path, "%q is no code of a kind: capitals, digits and underscores", k.Code)
		}
		if seen[k.Code] {
			c.fail(path, "kind %s is there twice", k.Code)
		}
		seen[k.Code] = true
	}
}

// field checks one field by its name, its type and its tags.
func (c *checker) field(path string, f reflect.StructField, v reflect.Value) {
	name := Key(f)
	switch {
	case refersToClauses(name):
		c.clauseRefs(path, v, f.Tag.Get("refers") != "mention")
	case name == "readings" || strings.HasSuffix(name, "_reading"):
		c.readingRefs(path, v)
	case name == "failure_types" && v.Type().Elem().Kind() == reflect.String:
		c.failureRefs(path, v)
	case strings.HasSuffix(name, "_item") || name == "items" && v.Type().Elem().Kind() == reflect.String:
		c.itemRefs(path, v)
	case name == "kinds" && v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String:
		c.kindRefs(path, v)
	}
	if s, ok := v.Interface().(Setting); ok {
		c.setting(path, f.Tag.Get("is"), s)
	}
	if words := f.Tag.Get("words"); words != "" {
		c.words(path, strings.Split(words, "|"), v)
	}
	if f.Tag.Get("format") == "decimal" && v.String() != "" {
		if _, ok := ParseDecimal(v.String()); !ok {
			c.fail(path, "%q is no decimal", v.String())
		}
	}
	if v.Kind() == reflect.Int32 && v.Int() < 0 {
		c.fail(path, "%d is negative", v.Int())
	}
	c.ruleIDs(path, v)
}

func refersToClauses(name string) bool {
	return name == "clause" || name == "clauses" || strings.HasSuffix(name, "_clause") || strings.HasSuffix(name, "_clauses")
}

// topLevel tells whether a path is inside the clauses or readings themselves,
// whose references are no policies.
func topLevel(path string) bool {
	return strings.HasPrefix(path, "clauses") || strings.HasPrefix(path, "readings")
}

// clauseRefs checks names of clauses; acts is false where a policy only mentions
// them and another one carries them out.
func (c *checker) clauseRefs(path string, v reflect.Value, acts bool) {
	each(path, v, func(at, id string) {
		if _, ok := c.clauses[id]; !ok && id != "" {
			c.fail(at, "clause %q is not in the terms", id)
		}
		if acts && !topLevel(path) {
			c.cited[id] = true
		}
	})
}

func (c *checker) readingRefs(path string, v reflect.Value) {
	if topLevel(path) {
		return
	}
	each(path, v, func(at, name string) {
		if _, ok := c.readings[name]; !ok && name != "" {
			c.fail(at, "reading %q is not in the terms", name)
		}
		c.read[name] = true
	})
}

func (c *checker) kindRefs(path string, v reflect.Value) {
	each(path, v, func(at, code string) {
		if !c.kinds[code] {
			c.fail(at, "kind %q is not in the terms", code)
		}
	})
}

func (c *checker) failureRefs(path string, v reflect.Value) {
	each(path, v, func(at, code string) {
		if _, ok := c.t.Duties.Measured(code); !ok && code != AnyFailure {
			c.fail(at, "failure type %q is none of duties.failure_types", code)
		}
	})
}

func (c *checker) itemRefs(path string, v reflect.Value) {
	each(path, v, func(at, item string) {
		if _, ok := c.t.Charging.Item(item); !ok {
			c.fail(at, "item %q is none of charging.items", item)
		}
	})
}

// setting checks a value or reading, and that it is of the kind that the field
// wants.
func (c *checker) setting(path, kind string, s Setting) {
	if s.Value != "" && s.Reading != "" {
		c.fail(path, "give a value or a reading, not both")
	}
	if s.Reading == "" {
		if !ofKind(kind, s.Value) {
			c.fail(path+".value", "%q is no %s", s.Value, kind)
		}
		return
	}
	i, ok := c.readings[s.Reading]
	if !ok {
		c.fail(path+".reading", "reading %q is not in the terms", s.Reading)
		return
	}
	c.read[s.Reading] = true
	for _, option := range c.t.Readings[i].Running() {
		if !ofKind(kind, option) {
			c.fail(path+".reading", "reading %s gives %q, but the field wants a value of kind %s", s.Reading, option, kind)
			return
		}
	}
}

// ofKind tells whether a value can be read as the kind that a field wants.
func ofKind(kind, v string) bool {
	ok := true
	switch kind {
	case KindBoolean:
		ok = v == "true" || v == "false"
	case KindInteger:
		_, ok = ParseInt(v)
	case KindDecimal:
		_, ok = ParseDecimal(v)
	}
	return ok
}

func (c *checker) words(path string, words []string, v reflect.Value) {
	each(path, v, func(at, w string) {
		for _, known := range words {
			if w == known || w == "" {
				return
			}
		}
		c.fail(at, "%q is none of %s", w, strings.Join(words, ", "))
	})
}

// ruleIDs refuses two rules of one list with the same id, and one without.
func (c *checker) ruleIDs(path string, v reflect.Value) {
	if v.Kind() != reflect.Slice || v.Type().Elem().Kind() != reflect.Struct || topLevel(path) {
		return
	}
	id, ok := v.Type().Elem().FieldByName("ID")
	if !ok {
		return
	}
	seen := map[string]bool{}
	for i := range v.Len() {
		s := v.Index(i).FieldByIndex(id.Index).String()
		at := fmt.Sprintf("%s[%d].id", path, i)
		if s == "" {
			c.fail(at, "a rule needs an id that is its own in the list")
		} else if seen[s] {
			c.fail(at, "id %q is there twice", s)
		}
		seen[s] = true
	}
}

// each calls fn for a string, or for each string of a list.
func each(path string, v reflect.Value, fn func(at, s string)) {
	switch v.Kind() {
	case reflect.String:
		fn(path, v.String())
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.String {
			return
		}
		for i := range v.Len() {
			fn(fmt.Sprintf("%s[%d]", path, i), v.Index(i).String())
		}
	}
}
