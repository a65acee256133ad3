package terms

import (
	"fmt"
	"strings"

	"cloudpact.dev/services/figures/ratio"
)

// reachability finds rules that no case can reach because earlier ones take all
// of theirs.
func (c *checker) reachability() {
	t := c.t
	if t.Commencement != nil {
		c.shadowed("commencement.rules", len(t.Commencement.Rules), func(i int) (string, []string, bool) {
			return "", t.Commencement.Rules[i].Kinds, true
		})
	}
	if t.Tokens != nil {
		c.shadowed("tokens.rules", len(t.Tokens.Rules), func(i int) (string, []string, bool) {
			return "", t.Tokens.Rules[i].Kinds, true
		})
		for i, r := range t.Tokens.Rules {
			c.shadowed(fmt.Sprintf("tokens.rules[%d].operations", i), len(r.Operations), func(j int) (string, []string, bool) {
				return r.Operations[j].Operation, nil, false
			})
			if len(r.Kinds) == 0 {
				c.fail(fmt.Sprintf("tokens.rules[%d].id", i), "token rule %s names no kind", r.ID)
			}
		}
	}
	if t.Compensation != nil {
		c.compensation(t.Compensation.Rules)
	}
	if t.Notice != nil {
		c.shadowed("notice.rules", len(t.Notice.Rules), func(i int) (string, []string, bool) {
			return t.Notice.Rules[i].Party, t.Notice.Rules[i].Kinds, false
		})
	}
	if t.Charging != nil {
		c.shadowed("charging.items", len(t.Charging.Items), func(i int) (string, []string, bool) {
			return t.Charging.Items[i].Item, nil, false
		})
	}
	if t.Suspension != nil {
		c.suspension(t.Suspension.Rules)
	}
}

// shadowed reports entry i when every kind it stands for was taken, under the
// same key, by earlier ones. rest says that an entry without kinds takes only the
// kinds that no other entry names, wherever it stands.
func (c *checker) shadowed(path string, n int, entry func(int) (key string, kinds []string, rest bool)) {
	taken := map[string]map[string]bool{}
	for i := range n {
		key, kinds, rest := entry(i)
		if taken[key] == nil {
			taken[key] = map[string]bool{}
		}
		if taken[key][""] && (!rest || len(kinds) == 0) || len(kinds) > 0 && allIn(kinds, taken[key]) {
			c.fail(fmt.Sprintf("%s[%d]", path, i), "nothing reaches this entry: earlier ones take all of its cases")
		}
		for _, k := range kinds {
			if rest && taken[key][k] {
				c.fail(fmt.Sprintf("%s[%d]", path, i), "kind %s has a rule already", k)
			}
			taken[key][k] = true
		}
		if len(kinds) == 0 {
			taken[key][""] = true
		}
	}
}

func allIn(kinds []string, taken map[string]bool) bool {
	for _, k := range kinds {
		if !taken[k] {
			return false
		}
	}
	return true
}

// compensation treats a rule without phase as one for each phase.
func (c *checker) compensation(rules []CompensationRule) {
	covered := func(i int, phase string) bool {
		for _, e := range rules[:i] {
			if e.Cause == rules[i].Cause && (e.Phase == "" || e.Phase == phase) &&
				(len(e.Kinds) == 0 || len(rules[i].Kinds) > 0 && subset(rules[i].Kinds, e.Kinds)) {
				return true
			}
		}
		return false
	}
	for i, r := range rules {
		phases := []string{r.Phase}
		if r.Phase == "" {
			phases = []string{PhaseInTerm, PhaseAfterTerm}
		}
		reached := false
		for _, p := range phases {
			reached = reached || !covered(i, p)
		}
		if !reached {
			c.fail(fmt.Sprintf("compensation.rules[%d]", i), "nothing reaches rule %s: earlier ones take all of its cases", r.ID)
		}
	}
}

func subset(a, b []string) bool {
	in := map[string]bool{}
	for _, k := range b {
		in[k] = true
	}
	return allIn(a, in)
}

func (c *checker) suspension(rules []SuspensionRule) {
	seen := map[string]bool{}
	for i, r := range rules {
		for j, cause := range r.Causes {
			if seen[cause] {
				c.fail(fmt.Sprintf("suspension.rules[%d].causes[%d]", i, j), "cause %s has a rule already", cause)
			}
			seen[cause] = true
		}
	}
}

func (c *checker) tierTables() {
	if c.t.ServiceLevels == nil {
		return
	}
	for i, table := range c.t.ServiceLevels.Tiers {
		for _, p := range table.Check() {
			p.Path = strings.TrimSuffix(fmt.Sprintf("service_levels.tiers[%d].%s", i, p.Path), ".")
			c.problems = append(c.problems, p)
		}
	}
}

// Check finds gaps and overlaps of a table, and reference hours that contradict
// its percentages. Paths are relative to the table.
func (t Tiers) Check() []Problem {
	k := &tierCheck{table: t}
	k.rows()
	k.reference()
	return k.problems
}

type tierCheck struct {
	table    Tiers
	problems []Problem
}

func (k *tierCheck) add(severity string, row int, format string, args ...any) {
	k.problems = append(k.problems, Problem{severity, fmt.Sprintf("rows[%d]", row), fmt.Sprintf(format, args...)})
}

// rows asks for rows that follow each other, upwards or downwards, from one end
// of the quantity to the other.
func (k *tierCheck) rows() {
	rows := ascending(k.table.Rows)
	if len(rows) == 0 {
		k.problems = append(k.problems, Problem{SeverityError, "", "the table has no rows"})
		return
	}
	at, from := ParseDecimal(k.table.From)
	if !from {
		k.problems = append(k.problems, Problem{SeverityError, "", "the table needs from: the least value of its quantity"})
		return
	}
	edge, open := k.table.From, true
	for _, r := range rows {
		low, ok := ParseDecimal(r.AtLeast)
		if !ok || !validNumber(r.Below) || r.Value == "" {
			k.add(SeverityError, r.row, "a row needs at_least and value, as decimals")
			return
		}
		switch cmp := low.Cmp(at); {
		case !open:
			k.add(SeverityError, r.row, "overlap: the row before it has no upper limit")
			return
		case cmp > 0:
			k.add(SeverityError, r.row, "gap: nothing covers %s up to %s", edge, r.AtLeast)
		case cmp < 0:
			k.add(SeverityError, r.row, "overlap: %s up to %s is covered twice or lies below the table", r.AtLeast, edge)
		}
		high, bounded := ParseDecimal(r.Below)
		if bounded && high.Cmp(low) <= 0 {
			k.add(SeverityError, r.row, "nothing is at least %s and below %s", r.AtLeast, r.Below)
		}
		at, edge, open = high, r.Below, bounded
	}
	if to, bounded := ParseDecimal(k.table.To); open && (!bounded || at.Cmp(to) <= 0) {
		k.add(SeverityError, rows[len(rows)-1].row, "gap: nothing covers %s and above", edge)
	}
}

func validNumber(s string) bool {
	_, ok := ParseDecimal(s)
	return ok || s == ""
}

// ranked is a row with its place in the table as written.
type ranked struct {
	Tier
	row int
}

// ascending is the rows from the lowest limit up, whichever way they are written.
func ascending(rows []Tier) []ranked {
	out := make([]ranked, len(rows))
	for i, r := range rows {
		out[i] = ranked{r, i}
	}
	if len(out) > 1 {
		first, _ := ParseDecimal(out[0].AtLeast)
		last, _ := ParseDecimal(out[len(out)-1].AtLeast)
		if first.Cmp(last) > 0 {
			for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
				out[i], out[j] = out[j], out[i]
			}
		}
	}
	return out
}

// reference compares printed hours of downtime with the percentages they stand
// beside, for the month they were printed for, and with each other.
func (k *tierCheck) reference() {
	if k.table.Quantity != "AVAILABILITY" || k.table.ReferenceDays == 0 {
		return
	}
	month := ratio.Int(int64(k.table.ReferenceDays) * 24)
	hours := func(availability string) (ratio.Ratio, bool) {
		a, ok := ParseDecimal(availability)
		return month.Mul(ratio.Int(1).Sub(a)), ok
	}
	for _, r := range ascending(k.table.Rows) {
		if printed, ok := ParseDecimal(r.ReferenceUpToHours); ok {
			if real, ok := hours(r.AtLeast); ok && !printed.Equal(real) {
				k.add(SeverityWarning, r.row, "at least %s is up to %s hours in %d days, not %s", r.AtLeast, real.Decimal(2, ratio.HalfUp), k.table.ReferenceDays, r.ReferenceUpToHours)
			}
		}
		if printed, ok := ParseDecimal(r.ReferenceOverHours); ok {
			if real, ok := hours(r.Below); ok && !printed.Equal(real) {
				k.add(SeverityWarning, r.row, "below %s is over %s hours in %d days, not %s", r.Below, real.Decimal(2, ratio.HalfUp), k.table.ReferenceDays, r.ReferenceOverHours)
			}
		}
	}
}
