package terms

// Terms is one revision of a provider's standard terms. A policy that is nil is
// not in the agreement: without Interest nothing bears interest, without Tokens
// there are none.
type Terms struct {
	// Id of the terms, for example "cpc"; clause ids begin with it.
	ID string `json:"id,omitempty"`
	// Revision, for example "2018-03"; immutable once registered.
	Revision string `json:"revision,omitempty"`
	// Title in English, our own words.
	Title string `json:"title,omitempty"`
	// Title in Chinese.
	TitleZh string `json:"title_zh,omitempty"`
	// IANA name of the zone in which the agreement's days begin and end.
	TimeZone Setting `json:"time_zone,omitzero"`
	// ISO 4217 code where the contract names none; empty where it must.
	Currency Setting `json:"currency,omitzero"`
	// Every numbered provision.
	Clauses []Clause `json:"clauses,omitempty"`
	// The documented choices for ambiguous clauses.
	Readings []Reading `json:"readings,omitempty"`
	// The kinds of service.
	Kinds []Kind `json:"kinds,omitempty"`
	// How days, months and working days are counted.
	Counting *Counting `json:"counting,omitempty"`
	// What a contract is made of and how it is changed.
	Formation *Formation `json:"formation,omitempty"`
	// How the commencement date of a service is fixed.
	Commencement *Commencement `json:"commencement,omitempty"`
	// How long the customer is committed, and what follows.
	Term *Term `json:"term,omitempty"`
	// What is charged, when, and in which periods.
	Charging *Charging `json:"charging,omitempty"`
	// When invoices are made, due and paid.
	Invoicing *Invoicing `json:"invoicing,omitempty"`
	// What late payment costs.
	Interest *Interest `json:"interest,omitempty"`
	// Taxes and gross-up.
	Tax *Tax `json:"tax,omitempty"`
	// Counting of late payments.
	Strikes *Strikes `json:"strikes,omitempty"`
	// Security against non-payment.
	Deposit *Deposit `json:"deposit,omitempty"`
	// Grounds for suspension and termination, with their cure periods.
	Cure *Cure `json:"cure,omitempty"`
	// What suspension does.
	Suspension *Suspension `json:"suspension,omitempty"`
	// How a suspended service comes back.
	Restoration *Restoration `json:"restoration,omitempty"`
	// Termination by notice.
	Notice *Notice `json:"notice,omitempty"`
	// When a notice counts as received.
	Delivery *Delivery `json:"delivery,omitempty"`
	// What an early end costs.
	Compensation *Compensation `json:"compensation,omitempty"`
	// What leaving before commencement costs.
	Cancellation *Cancellation `json:"cancellation,omitempty"`
	// What falls due at once at an end.
	Acceleration *Acceleration `json:"acceleration,omitempty"`
	// Hardware and software in the customer's hands.
	Custody *Custody `json:"custody,omitempty"`
	// Price of what was lost, damaged or not returned.
	Replacement *Replacement `json:"replacement,omitempty"`
	// When data may be deleted after an end.
	Retention *Retention `json:"retention,omitempty"`
	// Service tokens.
	Tokens *Tokens `json:"tokens,omitempty"`
	// The snapshot cycle and its storage.
	Snapshot *Snapshot `json:"snapshot,omitempty"`
	// Customer duties whose breach relieves the provider.
	Duties *Duties `json:"duties,omitempty"`
	// Measured service levels and their tier tables.
	ServiceLevels *ServiceLevels `json:"service_levels,omitempty"`
	// The gates and the cap of the provider's liability.
	Liability *Liability `json:"liability,omitempty"`
	// What the customer makes good in full.
	Indemnity *Indemnity `json:"indemnity,omitempty"`
}

// Clause is one numbered provision.
type Clause struct {
	// Id such as "cpc/10(a)".
	ID string `json:"id,omitempty"`
	// The number as printed, for example "10(a)".
	Number string `json:"number,omitempty"`
	// Id of the clause it stands under; empty at the top.
	Parent string `json:"parent,omitempty"`
	// The service that executes it, or record.
	Owner string `json:"owner,omitempty" words:"billing|sla|compliance|token|record"`
	// Half of billing that executes it; empty for other owners.
	Half string `json:"half,omitempty" words:"book|ledger"`
	// True where a machine acts on it, false where it is recorded only.
	Executable bool `json:"executable,omitempty"`
	// Title in English, our own words.
	Title string `json:"title,omitempty"`
	// Title in Chinese.
	TitleZh string `json:"title_zh,omitempty"`
	// What it says, our own words.
	Summary string `json:"summary,omitempty"`
	// Readings that decide what it means.
	Readings []string `json:"readings,omitempty"`
}

// Reading is the documented choice for an ambiguous clause.
type Reading struct {
	// Name, for example "interest_day_basis"; unique in the terms.
	Name string `json:"name,omitempty"`
	// Clauses it decides; empty where it holds for the whole agreement.
	Clauses []string `json:"clauses,omitempty"`
	// The options; for an integer or a decimal it may be empty, and then any
	// value between minimum and maximum may be chosen.
	Options []Option `json:"options,omitempty"`
	// The option or value where nothing else is chosen; it always runs.
	Default string `json:"default,omitempty"`
	// What the value is.
	ValueKind string `json:"value_kind,omitempty" words:"choice|integer|decimal|boolean|text|calendar"`
	// Least value of an integer or a decimal; empty for none.
	Minimum string `json:"minimum,omitempty"`
	// Greatest value of an integer or a decimal; empty for none.
	Maximum string `json:"maximum,omitempty"`
	// Why the default is the default.
	Reason string `json:"reason,omitempty"`
	// The published correction on which it rests; empty for none.
	Source string `json:"source,omitempty"`
}

// Option is one meaning of an ambiguous clause.
type Option struct {
	// The option, for example "ANNIVERSARY_ACTUAL".
	Option string `json:"option,omitempty"`
	// True where the suite executes it; a recorded one is refused when chosen.
	Runs bool `json:"runs,omitempty"`
	// What it means, our own words.
	Meaning string `json:"meaning,omitempty"`
}

// Kind is one kind of service.
type Kind struct {
	// Code, for example "C2C_BACKUP".
	Code string `json:"code,omitempty"`
	// Title in English.
	Title string `json:"title,omitempty"`
	// Title in Chinese.
	TitleZh string `json:"title_zh,omitempty"`
	// Clause that defines it.
	Clause string `json:"clause,omitempty"`
	// Schedule with its special conditions, for example "S3"; empty for none.
	Schedule string `json:"schedule,omitempty"`
	// Kind of the units inside it where an order names none.
	Unit string `json:"unit,omitempty"`
	// True where the kind keeps copies of data that the customer can restore.
	KeepsCopies bool `json:"keeps_copies,omitempty"`
}
