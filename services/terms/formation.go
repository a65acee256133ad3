package terms

// Formation says how a contract is concluded and changed, and which orders
// share one agreement.
type Formation struct {
	// Clause that dates the agreement.
	EffectiveClause string `json:"effective_clause,omitempty"`
	// The agreement takes effect on the earliest of these.
	EffectiveOn []string `json:"effective_on,omitempty" words:"ACCEPTANCE_NOTICE|SUPPLY_START|LAST_SIGNATURE|PAYMENT"`
	// Clause that asks for an order.
	OrderClause string `json:"order_clause,omitempty"`
	// Signatures an order needs.
	OrderSignatures int32 `json:"order_signatures,omitempty"`
	// PER_ORDER where each order is an agreement of its own, or MASTER.
	Scope Setting `json:"scope,omitzero"`
	// Clause on precedence.
	PrecedenceClause string `json:"precedence_clause,omitempty"`
	// TERMS_PREVAIL or ORDER_PREVAILS where an order departs from the terms.
	OrderOverride Setting `json:"order_override,omitzero"`
	// What an order may decide all the same, for example "term_months".
	OrderDecides []string `json:"order_decides,omitempty"`
	// Clause on amendments.
	AmendmentClause string `json:"amendment_clause,omitempty"`
	// Signatures an amendment needs.
	AmendmentSignatures int32 `json:"amendment_signatures,omitempty"`
	// Readings that rank the parts of the agreement.
	Readings []string `json:"readings,omitempty"`
	// Clause on what goes on after the end.
	SurvivalClause string `json:"survival_clause,omitempty"`
	// The clauses that survive.
	SurvivingClauses []string `json:"surviving_clauses,omitempty" refers:"mention"`
}
