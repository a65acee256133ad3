package book

import (
	"time"

	"cloudpact.dev/services/figures/date"
)

// The types of the book's changes, as the feed names them.
const (
	TypeProviderCreated       = "provider_created"
	TypeRevisionPublished     = "revision_published"
	TypeCustomerCreated       = "customer_created"
	TypeContractConcluded     = "contract_concluded"
	TypeContractEffective     = "contract_effective"
	TypeContractAmended       = "contract_amended"
	TypeContractEnded         = "contract_ended"
	TypeOrderPlaced           = "order_placed"
	TypeOrderAccepted         = "order_accepted"
	TypeSubscriptionChanged   = "subscription_changed"
	TypeCommencementSet       = "commencement_set"
	TypeCommencementRevoked   = "commencement_revoked"
	TypeCommencementFeeAgreed = "commencement_fee_agreed"
	TypeTermEnded             = "term_ended"
	TypeNoticeChanged         = "termination_notice_changed"
	TypeSubscriptionEnded     = "subscription_ended"
	TypeSubscriptionCancelled = "subscription_cancelled"
)

// ProviderCreated says that a provider exists.
type ProviderCreated struct {
	Provider string
	Mode     Mode
	Now      time.Time
}

// RevisionPublished says that a revision of terms was registered.
type RevisionPublished struct {
	Revision, Hash string
}

// CustomerCreated says that a customer exists.
type CustomerCreated struct {
	Customer string
}

// ContractFacts is a contract as its consumers need it.
type ContractFacts struct {
	Contract ContractKey
	Revision string
	Hash     string
	Readings map[string]string
	Currency string
}

// ContractConcluded says that a contract was concluded.
type ContractConcluded struct {
	Contract ContractFacts
}

// ContractEffective says from which day a contract binds.
type ContractEffective struct {
	Contract      string
	EffectiveDate date.Date
}

// ContractAmended says that readings changed from a day on. The readings are
// those in force on that day.
type ContractAmended struct {
	Contract      ContractFacts
	EffectiveDate date.Date
}

// ContractEnded says that every order of a contract has ended.
type ContractEnded struct {
	Contract string
	LastDay  date.Date
}

// OrderPlaced says that an order is signed.
type OrderPlaced struct {
	Order Order
	// TermMonths by the order or, where it is silent, the terms; 0 where the
	// order states a last day.
	TermMonths int
}

// OrderAccepted says that an order was accepted or supply began.
type OrderAccepted struct {
	Order        string
	AcceptedDate date.Date
}

// SubscriptionFacts is a whole subscription with its contract as it stands.
type SubscriptionFacts struct {
	Subscription Subscription
	Contract     ContractFacts
}

// SubscriptionChanged says that a subscription was ordered, or that its units,
// notice or state changed.
type SubscriptionChanged struct {
	Subscription SubscriptionFacts
}

// CommencementSet says that the commencement date was set, moved or confirmed.
type CommencementSet struct {
	Subscription SubscriptionFacts
}

// CommencementRevoked says that a date fell by a problem report.
type CommencementRevoked struct {
	Subscription SubscriptionFacts
}

// CommencementFeeAgreed says that a fee for another commencement date is
// payable.
type CommencementFeeAgreed struct {
	Subscription string
	// Fee is a decimal in the contract's currency.
	Fee        string
	AgreedDate date.Date
	// CommencementVersion is part of the charge's identity.
	CommencementVersion int64
}

// TermEnded says that the service period is over.
type TermEnded struct {
	Subscription SubscriptionFacts
	Continues    bool
}

// NoticeChanged says that a notice of termination changed its state.
type NoticeChanged struct {
	Subscription SubscriptionFacts
	Party        Party
	State        NoticeState
}

// SubscriptionEnded says that the end of a subscription is fixed. A later
// version replaces an earlier one.
type SubscriptionEnded struct {
	Subscription SubscriptionFacts
	Clause       string
}

// SubscriptionCancelled says that a service was cancelled before commencement.
type SubscriptionCancelled struct {
	Subscription SubscriptionFacts
	NoticeDate   date.Date
	Deemed       bool
}
