package rpc

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"cloudpact.dev/services/kit/fault"
)

// checkRole refuses a principal that holds none of the method's roles.
func (m *method) checkRole(p Principal) error {
	if p.Has(m.roles...) {
		return nil
	}
	return fault.Denied(fault.ReasonRoleRequired,
		fmt.Sprintf("%s needs one of the roles %s", m.full[1:], strings.Join(m.roles, ", "))).
		With("roles", strings.Join(m.roles, ","))
}

// checkScope refuses resources outside the principal's provider and customer as
// if they did not exist. In List methods the wildcard "-" of a scoped principal
// is narrowed to its own provider or customer.
//
// A name below a provider but not below a customer (terms, clocks, targets) is
// seen by every customer of that provider whose role the method lists. A name
// that is not below a provider (calendars) belongs to all.
func (m *method) checkScope(p Principal, msg protoreflect.Message) error {
	if len(m.resource) == 0 || p.Provider == "" {
		return nil
	}
	return m.walk(p, msg, m.resource)
}

func (m *method) walk(p Principal, msg protoreflect.Message, path []protoreflect.FieldDescriptor) error {
	f := path[0]
	if len(path) > 1 {
		if !f.IsList() {
			if !msg.Has(f) {
				return m.missing()
			}
			return m.walk(p, msg.Mutable(f).Message(), path[1:])
		}
		list := msg.Mutable(f).List()
		for i := range list.Len() {
			if err := m.walk(p, list.Get(i).Message(), path[1:]); err != nil {
				return err
			}
		}
		return nil
	}
	if !f.IsList() {
		name, err := m.narrow(p, msg.Get(f).String())
		if err == nil && name != msg.Get(f).String() {
			msg.Set(f, protoreflect.ValueOfString(name))
		}
		return err
	}
	list := msg.Mutable(f).List()
	for i := range list.Len() {
		name, err := m.narrow(p, list.Get(i).String())
		if err != nil {
			return err
		}
		list.Set(i, protoreflect.ValueOfString(name))
	}
	return nil
}

func (m *method) missing() error {
	return fault.Invalid(fault.ReasonFieldInvalid, m.path, m.path+" must name a resource")
}

// narrow checks one name and gives it back, with wildcards narrowed.
func (m *method) narrow(p Principal, name string) (string, error) {
	if name == "" {
		return "", m.missing()
	}
	seg := strings.Split(name, "/")
	if seg[0] != "providers" {
		return name, nil
	}
	if len(seg) < 2 || !m.own(&seg[1], p.Provider) {
		return "", fault.NotFound(fault.ReasonNotFound, name)
	}
	if p.Customer != "" && len(seg) >= 3 && seg[2] == "customers" {
		if len(seg) < 4 || !m.own(&seg[3], p.Customer) {
			return "", fault.NotFound(fault.ReasonNotFound, name)
		}
	}
	return strings.Join(seg, "/"), nil
}

func (m *method) own(id *string, mine string) bool {
	if *id == "-" && m.list {
		*id = mine
	}
	return *id == mine
}
