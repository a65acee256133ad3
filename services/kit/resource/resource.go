// Package resource reads and writes resource names, such as
// "providers/acme/customers/c-1", and makes the ids of what the suite itself
// creates.
package resource

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"cloudpact.dev/services/kit/fault"
)

// Any is the id that stands for all parents in a list: "customers/-/invoices".
const Any = "-"

// Pattern is the form of a name: literal collections and variables in turn, as
// in "providers/{provider}/customers/{customer}".
type Pattern struct {
	text  string
	parts []part
	vars  int
}

type part struct {
	text     string
	variable bool
}

// MustPattern reads a pattern; a wrong one is a programmer's error.
func MustPattern(text string) Pattern {
	p := Pattern{text: text}
	for s := range strings.SplitSeq(text, "/") {
		name, variable := strings.CutPrefix(s, "{")
		name, closed := strings.CutSuffix(name, "}")
		if name == "" || variable != closed {
			panic(fmt.Sprintf("resource pattern %q", text))
		}
		if variable {
			p.vars++
		}
		p.parts = append(p.parts, part{name, variable})
	}
	return p
}

// String is the pattern as it was written.
func (p Pattern) String() string { return p.text }

// Parse gives the ids of a name, in the pattern's order. The error is a fault
// (NAME_INVALID) that names the field and shows the form.
func (p Pattern) Parse(name, fieldPath string) ([]string, error) {
	return p.parse(name, fieldPath, false)
}

// ParseAny is Parse for the parents of lists: an id may be "-", any.
func (p Pattern) ParseAny(name, fieldPath string) ([]string, error) {
	return p.parse(name, fieldPath, true)
}

func (p Pattern) parse(name, fieldPath string, wildcard bool) ([]string, error) {
	if name == "" {
		return nil, p.invalid(fieldPath, "is missing")
	}
	ids := make([]string, 0, p.vars)
	rest := name
	for i, part := range p.parts {
		s, tail, more := strings.Cut(rest, "/")
		if more != (i < len(p.parts)-1) {
			return nil, p.invalid(fieldPath, "does not have this form")
		}
		rest = tail
		switch {
		case !part.variable && s != part.text:
			return nil, p.invalid(fieldPath, "does not have this form")
		case part.variable && !ValidID(s) && (!wildcard || s != Any):
			return nil, p.invalid(fieldPath, "has a {"+part.text+"} that is not an id ("+idForm+")")
		case part.variable:
			ids = append(ids, s)
		}
	}
	return ids, nil
}

func (p Pattern) invalid(fieldPath, what string) error {
	return fault.Invalid(fault.ReasonNameInvalid, fieldPath,
		"the name "+what+"; write it as "+p.text).With("pattern", p.text)
}

// Matches tells whether name has the pattern's form.
func (p Pattern) Matches(name string) bool {
	_, err := p.Parse(name, "")
	return err == nil
}

// Format makes the name of these ids. A wrong number of them is a programmer's
// error.
func (p Pattern) Format(ids ...string) string {
	if len(ids) != p.vars {
		panic(fmt.Sprintf("resource pattern %q with %d ids", p.text, len(ids)))
	}
	var b strings.Builder
	for i, part := range p.parts {
		if i > 0 {
			b.WriteByte('/')
		}
		if part.variable {
			b.WriteString(ids[0])
			ids = ids[1:]
		} else {
			b.WriteString(part.text)
		}
	}
	return b.String()
}

const idForm = "1 to 63 lower-case letters, digits and hyphens, first a letter, last no hyphen; or a UUID"

// ValidID tells whether s may be an id: chosen by a user, a lower-case letter,
// then letters, digits and hyphens, at most 63 in all and no hyphen at the end;
// or generated, a lower-case UUID.
func ValidID(s string) bool {
	if len(s) == 36 && isUUID(s) {
		return true
	}
	if len(s) == 0 || len(s) > 63 || s[0] < 'a' || s[0] > 'z' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if !lower(s[i]) && s[i] != '-' {
			return false
		}
	}
	return true
}

func lower(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

func isUUID(s string) bool {
	for i := range len(s) {
		switch c := s[i]; i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

// CheckID refuses an id that a user chose for a new resource and that cannot be
// one.
func CheckID(id, fieldPath string) error {
	if ValidID(id) {
		return nil
	}
	return fault.Invalid(fault.ReasonNameInvalid, fieldPath, "an id is "+idForm)
}

// space is the namespace of the suite's generated ids. It must never change:
// a replay has to give the same ids.
var space = uuid.NewSHA1(uuid.NameSpaceDNS, []byte("cloudpact.dev"))

// ID is the generated id of a stable identity, such as ID("award", assessment,
// target): the same parts give the same id, for ever.
func ID(parts ...string) string {
	n := 0
	for _, p := range parts {
		n += len(p) + 1
	}
	b := make([]byte, 0, n)
	for _, p := range parts {
		b = append(b, p...)
		b = append(b, 0) // so that ("ab", "c") is not ("a", "bc")
	}
	return uuid.NewSHA1(space, b).String()
}
