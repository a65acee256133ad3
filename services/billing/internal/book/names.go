// Package book holds the nouns of the book: providers and their clocks,
// revisions of terms, customers, contracts, orders and subscriptions, and the
// facts that their changes publish. It decides nothing.
package book

import "strings"

// ProviderName is "providers/{provider}".
func ProviderName(provider string) string { return "providers/" + provider }

// ClockName is "providers/{provider}/clock".
func ClockName(provider string) string { return ProviderName(provider) + "/clock" }

// RevisionName is "providers/{p}/terms/{t}/revisions/{r}".
func RevisionName(provider, terms, revision string) string {
	return ProviderName(provider) + "/terms/" + terms + "/revisions/" + revision
}

// CustomerName is "providers/{p}/customers/{c}".
func CustomerName(provider, customer string) string {
	return ProviderName(provider) + "/customers/" + customer
}

// ContractKey tells one contract from all others.
type ContractKey struct {
	Provider string `json:"provider"`
	Customer string `json:"customer"`
	Contract string `json:"contract"`
}

// Name is "providers/{p}/customers/{c}/contracts/{contract}".
func (k ContractKey) Name() string {
	return CustomerName(k.Provider, k.Customer) + "/contracts/" + k.Contract
}

// Order is the key of an order of the contract.
func (k ContractKey) Order(id string) OrderKey { return OrderKey{ContractKey: k, Order: id} }

// Subscription is the key of a subscription of the contract.
func (k ContractKey) Subscription(id string) SubscriptionKey {
	return SubscriptionKey{ContractKey: k, Subscription: id}
}

// OrderKey tells one order from all others.
type OrderKey struct {
	ContractKey
	Order string `json:"order"`
}

// Name is ".../contracts/{contract}/orders/{order}".
func (k OrderKey) Name() string { return k.ContractKey.Name() + "/orders/" + k.Order }

// SubscriptionKey tells one subscription from all others.
type SubscriptionKey struct {
	ContractKey
	Subscription string `json:"subscription"`
}

// Name is ".../contracts/{contract}/subscriptions/{subscription}".
func (k SubscriptionKey) Name() string {
	return k.ContractKey.Name() + "/subscriptions/" + k.Subscription
}

// Unit is ".../subscriptions/{subscription}/units/{unit}".
func (k SubscriptionKey) Unit(id string) string { return k.Name() + "/units/" + id }

// ParseSubscription reads the name of a subscription as it stands in other
// services' facts; false where it is none.
func ParseSubscription(name string) (SubscriptionKey, bool) {
	p := strings.Split(name, "/")
	if len(p) != 8 || p[0] != "providers" || p[2] != "customers" || p[4] != "contracts" || p[6] != "subscriptions" {
		return SubscriptionKey{}, false
	}
	return ContractKey{p[1], p[3], p[5]}.Subscription(p[7]), true
}
