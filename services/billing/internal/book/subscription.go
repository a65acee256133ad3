package book

import (
	"slices"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
)

// SubscriptionState is where a subscription stands.
type SubscriptionState string

// The states of a subscription. A hold is no state.
const (
	Provisioning SubscriptionState = "PROVISIONING"
	Provisional  SubscriptionState = "PROVISIONAL"
	Active       SubscriptionState = "ACTIVE"
	Continuing   SubscriptionState = "CONTINUING"
	Ended        SubscriptionState = "ENDED"
	Cancelled    SubscriptionState = "CANCELLED"
)

// Subscription is one running service of an order.
type Subscription struct {
	SubscriptionKey
	// Order is the id of its order.
	Order string            `json:"order"`
	Kind  string            `json:"kind"`
	Title string            `json:"title,omitempty"`
	State SubscriptionState `json:"state"`

	Commencement Commencement `json:"commencement"`
	// TermStart and TermEnd bound the service period, TermEnd being the first
	// day after it; unset before commencement.
	TermStart       date.Date           `json:"term_start,omitzero"`
	TermEnd         date.Date           `json:"term_end,omitzero"`
	TermMonths      int                 `json:"term_months,omitempty"`
	TermExplanation explain.Explanation `json:"term_explanation,omitzero"`

	Units []Unit `json:"units,omitempty"`
	// Notice is the latest notice of termination, nil before one.
	Notice *Notice `json:"notice,omitempty"`
	// Orders to terminate for cause, by the name of their decision.
	Orders []TerminationOrder `json:"orders,omitempty"`
	// CancelNotice is the day a cancellation was received that the window for
	// problems still has to judge.
	CancelNotice date.Date `json:"cancel_notice,omitzero"`
	// End is the end that stands; its LastDay is unset where there is none.
	End End `json:"end,omitzero"`
	// Holds in force, by name, sorted.
	Holds []string `json:"holds,omitempty"`

	// What the order says, for facts that carry the whole subscription.
	EndsAutomatically bool      `json:"ends_automatically,omitempty"`
	OrderSigned       date.Date `json:"order_signed,omitzero"`
	OrderTermMonths   int       `json:"order_term_months,omitempty"`
	OrderTermLastDay  date.Date `json:"order_term_last_day,omitzero"`
	Tokens            int       `json:"tokens,omitempty"`
	OveragePrice      string    `json:"overage_price,omitempty"`
	Edition           string    `json:"edition,omitempty"`
	Prices            []Price   `json:"prices,omitempty"`

	Version int64 `json:"version"`
}

// Live tells whether the service has commenced and not ended.
func (s Subscription) Live() bool { return s.State == Active || s.State == Continuing }

// Over tells whether nothing can happen to the subscription any more.
func (s Subscription) Over() bool { return s.State == Ended || s.State == Cancelled }

// Unit finds a unit by its id.
func (s Subscription) Unit(id string) (int, bool) {
	i := slices.IndexFunc(s.Units, func(u Unit) bool { return u.ID == id })
	return i, i >= 0
}

// FirstDay is a unit's first day in service: its own, or the commencement date
// where it runs from then; unset before commencement.
func (s Subscription) FirstDay(u Unit) date.Date {
	if u.Added.IsZero() {
		return s.Commencement.Date
	}
	return u.Added
}

// InService tells whether a unit is in service on a day.
func (s Subscription) InService(u Unit, d date.Date) bool {
	first := s.FirstDay(u)
	return !first.IsZero() && !d.Before(first) && (u.Removed.IsZero() || !d.After(u.Removed))
}

// Commencement is how the first day of service came about.
type Commencement struct {
	// Method is READINESS_NOTICE, FIRST_COPY or ACCEPTANCE.
	Method      string    `json:"method"`
	Date        date.Date `json:"date,omitzero"`
	Provisional bool      `json:"provisional,omitempty"`
	// NoticeDate is the day of the latest notice or test.
	NoticeDate    date.Date `json:"notice_date,omitzero"`
	WindowLastDay date.Date `json:"window_last_day,omitzero"`
	// Pending: the window reaches days that no calendar publishes.
	Pending  bool      `json:"pending,omitempty"`
	Problems []Problem `json:"problems,omitempty"`
	// Settled is how many of the problems belong to earlier attempts.
	Settled    int       `json:"settled,omitempty"`
	SignedDate date.Date `json:"signed_date,omitzero"`
	Copies     []Copy    `json:"copies,omitempty"`
	// Agreed is the date that both sides agreed on, where they did.
	Agreed date.Date `json:"agreed,omitzero"`
	// Version counts the settings of the date.
	Version           int64               `json:"version,omitempty"`
	Clause            string              `json:"clause,omitempty"`
	Explanation       explain.Explanation `json:"explanation,omitzero"`
	WindowExplanation explain.Explanation `json:"window_explanation,omitzero"`
}

// Open is the problems of the latest attempt.
func (c Commencement) Open() []Problem { return c.Problems[min(c.Settled, len(c.Problems)):] }

// Problem is a report that may block commencement.
type Problem struct {
	ReportDate  date.Date `json:"report_date"`
	InTime      bool      `json:"in_time,omitempty"`
	Description string    `json:"description"`
}

// Copy is a first copy of a unit.
type Copy struct {
	Unit      string    `json:"unit"`
	Completed time.Time `json:"completed"`
	Emailed   time.Time `json:"emailed"`
}

// Unit is one thing inside a subscription.
type Unit struct {
	ID    string `json:"id"`
	Kind  string `json:"kind,omitempty"`
	Title string `json:"title,omitempty"`
	Site  string `json:"site,omitempty"`
	// Added is the first day in service, unset where it runs from commencement.
	Added date.Date `json:"added,omitzero"`
	// Removed is the last day in service, unset while it runs.
	Removed date.Date `json:"removed,omitzero"`
	// Replaces is the id of the unit that it replaced.
	Replaces string `json:"replaces,omitempty"`
}

// Party of a contract.
type Party string

// The parties.
const (
	PartyCustomer Party = "CUSTOMER"
	PartyProvider Party = "PROVIDER"
)

// NoticeState is where a notice of termination stands.
type NoticeState string

// The states of a notice.
const (
	NoticeServed    NoticeState = "SERVED"
	NoticeInvalid   NoticeState = "INVALID"
	NoticeRunning   NoticeState = "RUNNING"
	NoticeWithdrawn NoticeState = "WITHDRAWN"
	NoticeEffective NoticeState = "EFFECTIVE"
)

// Notice is a notice of termination.
type Notice struct {
	Party          Party     `json:"party"`
	Served         date.Date `json:"served"`
	PrescribedForm bool      `json:"prescribed_form,omitempty"`
	Signed         bool      `json:"signed,omitempty"`
	Acknowledged   date.Date `json:"acknowledged,omitzero"`
	Withdrawn      date.Date `json:"withdrawn,omitzero"`
	// LastDay is the last day of the period of notice, ServiceLastDay that of
	// the service; both are set once the notice runs.
	LastDay            date.Date           `json:"last_day,omitzero"`
	ServiceLastDay     date.Date           `json:"service_last_day,omitzero"`
	Requested          date.Date           `json:"requested,omitzero"`
	State              NoticeState         `json:"state"`
	Clause             string              `json:"clause,omitempty"`
	Explanation        explain.Explanation `json:"explanation,omitzero"`
	ServiceExplanation explain.Explanation `json:"service_explanation,omitzero"`
}

// Counts tells whether the notice has, or had, effect.
func (n *Notice) Counts() bool {
	return n != nil && (n.State == NoticeRunning || n.State == NoticeEffective)
}

// TerminationOrder is an order to terminate for cause.
type TerminationOrder struct {
	Decision string    `json:"decision"`
	LastDay  date.Date `json:"last_day"`
	Clause   string    `json:"clause"`
}

// End is the end of a subscription.
type End struct {
	LastDay date.Date `json:"last_day,omitzero"`
	Cause   string    `json:"cause,omitempty"`
	Clause  string    `json:"clause,omitempty"`
	// Version counts the settings, also the one that takes the end away.
	Version int64 `json:"version,omitempty"`
}
