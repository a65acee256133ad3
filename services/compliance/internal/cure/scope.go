package cure

import (
	"slices"
	"strings"

	"cloudpact.dev/services/terms"
)

const overdueFirst = "OVERDUE_SERVICES_FIRST"

// PaidFirst refuses to suspend paid services while unpaid ones stay on.
type PaidFirst struct{ Missing []string }

// Error names the services that come first.
func (e *PaidFirst) Error() string {
	return "services with overdue charges are suspended before paid ones: " + strings.Join(e.Missing, ", ")
}

// Scope is the list of services that a suspension hits: those asked for, or
// where none are named those that the case concerns. The error is *[PaidFirst].
func Scope(t terms.Resolved, cause string, concerned, asked []string) ([]string, error) {
	if len(asked) == 0 {
		return sorted(concerned), nil
	}
	rule, ok := t.Suspension.Rule(cause)
	if !ok || !t.Is(rule.Scope, overdueFirst) {
		return sorted(asked), nil
	}
	paid := slices.ContainsFunc(asked, func(s string) bool { return !slices.Contains(concerned, s) })
	var missing []string
	for _, s := range sorted(concerned) {
		if !slices.Contains(asked, s) {
			missing = append(missing, s)
		}
	}
	if paid && len(missing) > 0 {
		return nil, &PaidFirst{Missing: missing}
	}
	return sorted(asked), nil
}

func sorted(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return slices.Compact(out)
}
