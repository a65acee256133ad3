// Package config reads a process's configuration: the defaults that a struct
// holds, then a YAML file, then environment variables. A key that nobody knows
// is refused, and the reference is made from the struct itself:
//
//	type Config struct {
//		Poll time.Duration `koanf:"poll" doc:"how often to look"`
//	}
//
// is poll in the file and CLOUDPACT_POLL in the environment.
package config

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/v2"
)

// Prefix begins the environment variables of the suite.
const Prefix = "CLOUDPACT"

// Source says where to read.
type Source struct {
	// File is a YAML file; "" reads none. One that is named must be there.
	File string
	// Environ holds NAME=value; nil is the process's environment.
	Environ []string
}

// Load reads the configuration over the defaults and checks it: every part that
// has a method Check() error is asked.
func Load[T any](defaults T, s Source) (T, error) {
	var zero T
	known, err := leaves(reflect.ValueOf(&defaults).Elem())
	if err != nil {
		return zero, err
	}
	k := koanf.New(".")
	if s.File != "" {
		if err := k.Load(file{s.File, known}, nil); err != nil {
			return zero, err
		}
	}
	if s.Environ == nil {
		s.Environ = os.Environ()
	}
	if err := k.Load(environ{s.Environ, known}, nil); err != nil {
		return zero, err
	}
	out := defaults
	own(reflect.ValueOf(&out).Elem())
	err = k.UnmarshalWithConf("", &out, koanf.UnmarshalConf{DecoderConfig: &mapstructure.DecoderConfig{
		TagName: "koanf", Result: &out, ErrorUnused: true, ZeroFields: false,
		DecodeHook: mapstructure.ComposeDecodeHookFunc(mapstructure.StringToTimeDurationHookFunc(), mapstructure.TextUnmarshallerHookFunc()),
	}})
	if err != nil {
		return zero, fmt.Errorf("configuration %s: %w", s.File, err)
	}
	if err := check(reflect.ValueOf(&out).Elem(), ""); err != nil {
		return zero, fmt.Errorf("configuration: %w", err)
	}
	return out, nil
}

// own gives the struct slices and maps of its own, so that decoding into them
// does not change the defaults.
func own(v reflect.Value) {
	list, _ := leaves(v) // was refused before, if ever
	for _, l := range list {
		switch {
		case l.value.Kind() == reflect.Slice && !l.value.IsNil():
			l.value.Set(reflect.AppendSlice(reflect.MakeSlice(l.value.Type(), 0, l.value.Len()), l.value))
		case l.value.Kind() == reflect.Map && !l.value.IsNil():
			m := reflect.MakeMap(l.value.Type())
			for _, k := range l.value.MapKeys() {
				m.SetMapIndex(k, l.value.MapIndex(k))
			}
			l.value.Set(m)
		}
	}
}

// checker is a part of the configuration that can tell what is wrong with it.
type checker interface{ Check() error }

// check asks every part, the innermost first.
func check(v reflect.Value, path string) error {
	var errs []error
	if v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			if name := v.Type().Field(i).Tag.Get("koanf"); name != "" {
				errs = append(errs, check(v.Field(i), join(path, name)))
			}
		}
	}
	if c, ok := v.Interface().(checker); ok {
		if err := c.Check(); err != nil {
			if path != "" {
				err = fmt.Errorf("%s: %w", path, err)
			}
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// squash is the name of a part whose keys stand among those around it.
const squash = ",squash"

func join(path, name string) string {
	switch {
	case name == squash:
		return path
	case path == "":
		return name
	}
	return path + "." + name
}

// Env is the environment variable of a key.
func Env(key string) string {
	return Prefix + "_" + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key))
}
