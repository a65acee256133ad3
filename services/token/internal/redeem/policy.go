package redeem

import (
	"slices"
	"time"

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
)

// Policy is what one use is under the token clause of a kind, with the readings
// in force.
type Policy struct {
	// PerService where all units draw on the service's tokens.
	PerService bool
	// ByExecution where the instant of execution chooses the year, else the
	// instant of the request.
	ByExecution bool
	// Block where nothing beyond the allotment is done before a price is agreed.
	Block bool
	// UsableWhileSuspended where a hold forbids nothing.
	UsableWhileSuspended bool

	ops map[string]Operation
}

// Operation is one operation of the kind.
type Operation struct {
	// Name is the terms' code.
	Name string
	// Tokens that one use takes; 0 where it is not counted.
	Tokens int
	// PerForm where one form is one use, however many units it names.
	PerForm bool
	// ScheduledTakes and FailedTakes: runs by schedule, failed runs take tokens.
	ScheduledTakes, FailedTakes bool
	// ByQuote where it takes no token and needs an agreed price.
	ByQuote bool
	// Window is the customer's time to instruct, from the reservation on; 0 for
	// none. What is not instructed in time waits for the provider's decision.
	Window time.Duration
	// Instructions that complete it; empty for any.
	Instructions []string
	// Cites are the clauses on the use, the cycle and the time after the term.
	Cites, WindowCites []explain.Citation
}

// PolicyOf is the policy of a kind; false where the kind has no tokens.
func PolicyOf(r terms.Resolved, kind string) (Policy, bool) {
	if r.Terms == nil {
		return Policy{}, false
	}
	rule, ok := r.Tokens.Rule(kind)
	if !ok {
		return Policy{}, false
	}
	t := r.Tokens
	p := Policy{
		PerService:           rule.Ledger == terms.TokensPerService || r.Is(t.Pooling, "POOLED"),
		ByExecution:          r.Is(t.ChargeTime, "EXECUTION_TIME"),
		Block:                !r.Is(t.OverageExecution, "EXECUTE_THEN_AGREE"),
		UsableWhileSuspended: r.Is(t.UsableWhileSuspended, "true"),
		ops:                  make(map[string]Operation, len(rule.Operations)),
	}
	for _, o := range rule.Operations {
		p.ops[o.Operation] = operation(r, kind, rule, o)
	}
	return p, true
}

func operation(r terms.Resolved, kind string, rule terms.TokenRule, o terms.TokenOperation) Operation {
	t := r.Tokens
	op := Operation{
		Name: o.Operation, Tokens: int(o.Consumes), PerForm: o.Per == "FORM",
		ScheduledTakes: o.ScheduledConsumes.IsZero() || r.Flag(o.ScheduledConsumes),
		FailedTakes:    r.Is(t.FailedOperation, "CONSUME"),
		Instructions:   o.CompletedBy,
	}
	readings := []string{t.FailedOperation.Reading, t.ChargeTime.Reading, o.ScheduledConsumes.Reading, o.Uncounted.Reading}
	switch r.Text(o.Uncounted) {
	case "":
	case "ONE_TOKEN":
		op.Tokens = 1
	case "FREE":
		op.Tokens = 0
	default:
		op.Tokens, op.ByQuote = 0, true
	}
	if op.PerForm {
		readings = append(readings, t.ConfigChangeUnit.Reading, t.ConfigChangeLedger.Reading)
	}
	clause := o.Clause
	if clause == "" {
		clause = rule.UseClause
	}
	op.Cites = cite(r, clause, readings...)
	if s := r.Snapshot; o.TwoPhase && s != nil && slices.Contains(s.Kinds, kind) {
		op.Window = time.Duration(s.WindowHours) * time.Hour
		op.WindowCites = cite(r, s.Clause, s.WindowStart.Reading, s.AfterLapse.Reading, s.LapseToken.Reading)
	}
	return op
}

func cite(r terms.Resolved, clause string, readings ...string) []explain.Citation {
	if clause == "" {
		return nil
	}
	return []explain.Citation{r.Cite(clause, readings...)}
}

// Operation finds an operation of the kind.
func (p Policy) Operation(name string) (Operation, error) {
	op, ok := p.ops[name]
	if !ok {
		return op, refuse(ReasonOperationUnknown, "operation", "the terms know no operation %q for this kind; it has %v", name, p.names())
	}
	return op, nil
}

func (p Policy) names() []string {
	out := make([]string, 0, len(p.ops))
	for n := range p.ops {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// Instructed tells whether the outcome completes the operation.
func (o Operation) Instructed(outcome string) bool {
	if len(o.Instructions) == 0 {
		return outcome == ""
	}
	return slices.Contains(o.Instructions, outcome)
}
