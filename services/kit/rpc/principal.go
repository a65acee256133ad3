package rpc

import (
	"context"
	"slices"
)

// Roles as they stand in token files and claims: the values of
// cloudpact.type.v1.Role without their prefix, in lower case.
const (
	RoleAdmin    = "admin"
	RoleOperator = "operator"
	RoleApprover = "approver"
	RoleAuditor  = "auditor"
	RoleCustomer = "customer"
	RoleService  = "service"
)

var allRoles = []string{RoleAdmin, RoleOperator, RoleApprover, RoleAuditor, RoleCustomer, RoleService}

// Principal is who calls. The zero value is nobody.
type Principal struct {
	// Subject tells people and keys apart; an approval needs a second one.
	Subject string
	// Roles are what the subject may be.
	Roles []string
	// Provider limits the principal to one provider; "" is any.
	Provider string
	// Customer limits it to one customer of that provider; "" is any.
	Customer string
}

// Has tells whether the principal holds any of the roles.
func (p Principal) Has(roles ...string) bool {
	return slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(p.Roles, r) })
}

// Sees tells whether a resource of that provider and customer lies in the
// principal's scope; customer "" is what belongs to the provider alone.
func (p Principal) Sees(provider, customer string) bool {
	if p.Provider != "" && p.Provider != provider {
		return false
	}
	return p.Customer == "" || customer == "" || p.Customer == customer
}

type principalKey struct{}

// WithPrincipal puts the principal into the context. The server does so for
// every call; tests and previews may.
func WithPrincipal(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// FromContext gives the calling principal, the zero Principal where there is
// none.
func FromContext(ctx context.Context) Principal {
	p, _ := ctx.Value(principalKey{}).(Principal)
	return p
}
