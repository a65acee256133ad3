package transport

import (
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/billing/internal/book"
)

// words pairs the words of the domain with the values of an enum.
type words[W comparable, E comparable] map[W]E

func (m words[W, E]) pb(w W) E { return m[w] }

// word is the domain's word of a value; false for one that is not known.
func (m words[W, E]) word(e E) (W, bool) {
	for w, x := range m {
		if x == e {
			return w, true
		}
	}
	var none W
	return none, false
}

var modes = words[book.Mode, contractv1.Provider_Mode]{
	book.Live:    contractv1.Provider_MODE_LIVE,
	book.Sandbox: contractv1.Provider_MODE_SANDBOX,
}

var contractStates = words[book.ContractState, contractv1.Contract_State]{
	book.ConcludedContract: contractv1.Contract_STATE_CONCLUDED,
	book.EffectiveContract: contractv1.Contract_STATE_EFFECTIVE,
	book.EndedContract:     contractv1.Contract_STATE_ENDED,
}

var orderStates = words[book.OrderState, contractv1.Order_State]{
	book.DraftOrder:     contractv1.Order_STATE_DRAFT,
	book.SignedOrder:    contractv1.Order_STATE_SIGNED,
	book.AcceptedOrder:  contractv1.Order_STATE_ACCEPTED,
	book.CommencedOrder: contractv1.Order_STATE_COMMENCED,
	book.CancelledOrder: contractv1.Order_STATE_CANCELLED,
	book.ClosedOrder:    contractv1.Order_STATE_CLOSED,
}

var subscriptionStates = words[book.SubscriptionState, contractv1.Subscription_State]{
	book.Provisioning: contractv1.Subscription_STATE_PROVISIONING,
	book.Provisional:  contractv1.Subscription_STATE_PROVISIONAL,
	book.Active:       contractv1.Subscription_STATE_ACTIVE,
	book.Continuing:   contractv1.Subscription_STATE_CONTINUING,
	book.Ended:        contractv1.Subscription_STATE_ENDED,
	book.Cancelled:    contractv1.Subscription_STATE_CANCELLED,
}

var noticeStates = words[book.NoticeState, contractv1.TerminationNotice_State]{
	book.NoticeServed:    contractv1.TerminationNotice_STATE_SERVED,
	book.NoticeInvalid:   contractv1.TerminationNotice_STATE_INVALID,
	book.NoticeRunning:   contractv1.TerminationNotice_STATE_RUNNING,
	book.NoticeWithdrawn: contractv1.TerminationNotice_STATE_WITHDRAWN,
	book.NoticeEffective: contractv1.TerminationNotice_STATE_EFFECTIVE,
}

var parties = words[book.Party, contractv1.Party]{
	book.PartyCustomer: contractv1.Party_PARTY_CUSTOMER,
	book.PartyProvider: contractv1.Party_PARTY_PROVIDER,
}
