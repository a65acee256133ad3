// Package explain is the derivation of a figure as data: steps whose operands
// are literals, named facts or earlier steps. A Builder computes a figure and
// its derivation in one go; Eval computes every step again from the data alone.
package explain

import (
	"fmt"
	"strings"

	"cloudpact.dev/services/figures/ratio"
)

// Citation names the clause that a step or a figure rests on.
type Citation struct {
	Terms    string    `json:"terms"`              // for example "cpc"
	Revision string    `json:"revision,omitempty"` // of the terms
	Clause   string    `json:"clause"`             // for example "cpc/10(a)"
	Readings []Reading `json:"readings,omitempty"` // used for it
}

// Reading is the documented choice that was used for an ambiguous clause.
type Reading struct {
	Name   string `json:"name"`
	Option string `json:"option"`
}

// Fact is a named value that came from outside the computation.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Operand is exactly one of a literal (a number or word of the terms), the id
// of an earlier step, and a fact.
type Operand struct {
	Literal string `json:"literal,omitempty"`
	Step    string `json:"step,omitempty"`
	Fact    *Fact  `json:"fact,omitempty"`
}

// Rounding is how a ROUND step rounds.
type Rounding struct {
	Mode   ratio.Mode `json:"mode"`
	Places int        `json:"places"` // decimal places
}

// Step is one operation. Values are text: exact ratios ("6/31"), dates
// ("2024-01-15"), instants (RFC 3339 in UTC), words (rules, zones, calendars),
// and "PENDING 2027-01-05" for a working day that is not published yet.
type Step struct {
	ID        string     `json:"id"`
	Op        Op         `json:"op"`
	Operands  []Operand  `json:"operands"`
	Result    string     `json:"result"`
	Unit      string     `json:"unit,omitempty"` // for the reader: "HKD", "months", "days"
	Rounding  *Rounding  `json:"rounding,omitempty"`
	Citations []Citation `json:"citations,omitempty"`
	Note      string     `json:"note,omitempty"`
}

// Explanation is a derivation. Every step uses earlier steps only.
type Explanation struct {
	Steps  []Step `json:"steps"`
	Result string `json:"result"` // id of the last step
}

// Final is the last step, which holds the figure; false when there is none.
func (e Explanation) Final() (Step, bool) {
	if len(e.Steps) == 0 {
		return Step{}, false
	}
	return e.Steps[len(e.Steps)-1], true
}

// Citations is every citation of the explanation once, in order of appearance.
func (e Explanation) Citations() []Citation {
	var all []Citation
	for _, s := range e.Steps {
		all = cite(all, s.Citations...)
	}
	return all
}

// String is the derivation for a reader, one line a step:
//
//	s4 = MUL(balance=10000.00, s1) = 150 HKD [cpc/10(a)] a note
func (e Explanation) String() string {
	var b strings.Builder
	for _, s := range e.Steps {
		in := make([]string, len(s.Operands))
		for i, o := range s.Operands {
			in[i] = o.String()
		}
		fmt.Fprintf(&b, "%s = %s(%s) = %s", s.ID, s.Op, strings.Join(in, ", "), s.Result)
		for _, more := range []string{s.Unit, s.Rounding.String(), clauses(s.Citations), s.Note} {
			if more != "" {
				b.WriteString(" " + more)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// String is the operand for a reader.
func (o Operand) String() string {
	if o.Fact != nil {
		return o.Fact.Name + "=" + o.Fact.Value
	}
	return o.Literal + o.Step
}

// String is "HALF_UP to 2 places", or empty for no rounding.
func (r *Rounding) String() string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf("%s to %d places", r.Mode, r.Places)
}

func clauses(all []Citation) string {
	if len(all) == 0 {
		return ""
	}
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.Clause
	}
	return "[" + strings.Join(names, ", ") + "]"
}

// cite appends the citations that are not in the list yet.
func cite(list []Citation, more ...Citation) []Citation {
	for _, c := range more {
		known := false
		for _, old := range list {
			known = known || old.equal(c)
		}
		if !known {
			list = append(list, c)
		}
	}
	return list
}

func (c Citation) equal(o Citation) bool {
	if c.Terms != o.Terms || c.Revision != o.Revision || c.Clause != o.Clause || len(c.Readings) != len(o.Readings) {
		return false
	}
	for i := range c.Readings {
		if c.Readings[i] != o.Readings[i] {
			return false
		}
	}
	return true
}
