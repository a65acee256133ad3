package httpapi

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"cloudpact.dev/services/kit/fault"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/grpc-ecosystem/grpc-gateway/v2/utilities"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// strictQuery reads query parameters and refuses those that the request does
// not have: a typo in page_size would otherwise page by default in silence.
type strictQuery struct{ runtime.DefaultQueryParser }

// Parse implements runtime.QueryParameterParser.
func (q strictQuery) Parse(target proto.Message, values url.Values, filter *utilities.DoubleArray) error {
	d := target.ProtoReflect().Descriptor()
	for _, key := range sortedKeys(values) {
		if !known(d, strings.Split(key, ".")) {
			return errors.New(unknownParameter(key))
		}
	}
	return q.DefaultQueryParser.Parse(target, values, filter)
}

// refuseAll refuses any parameter, for methods that take none.
func (strictQuery) refuseAll(values url.Values) error {
	for _, key := range sortedKeys(values) {
		return fault.Invalid(reasonBody, key, unknownParameter(key))
	}
	return nil
}

func unknownParameter(key string) string {
	return fmt.Sprintf("the method has no field %q in its query; see /openapi.json for those it has", key)
}

// known tells whether a path of names leads to a field, through messages and
// maps.
func known(d protoreflect.MessageDescriptor, path []string) bool {
	fd := d.Fields().ByName(protoreflect.Name(path[0]))
	if fd == nil {
		fd = d.Fields().ByJSONName(path[0])
	}
	switch {
	case fd == nil:
		return false
	case len(path) == 1:
		return true
	case fd.Kind() != protoreflect.MessageKind || fd.IsList() || fd.IsMap():
		return false
	}
	return known(fd.Message(), path[1:])
}

func sortedKeys(values url.Values) []string {
	keys := make([]string, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
