// Package v1 holds the sample API: widgets, gadgets and paints.
// +kubebuilder:object:generate=true
// +groupName=samples.example.com
package v1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var (
	// GroupVersion is the group and version of every kind in this package.
	GroupVersion = schema.GroupVersion{Group: "samples.example.com", Version: "v1"}

	// SchemeBuilder collects the functions that add the kinds to a scheme.
	SchemeBuilder = runtime.NewSchemeBuilder(addKnownTypes)

	// AddToScheme adds the kinds of this group to a scheme.
	AddToScheme = SchemeBuilder.AddToScheme
)

func addKnownTypes(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion,
		&Widget{}, &WidgetList{},
		&Gadget{}, &GadgetList{},
		&Paint{}, &PaintList{},
	)
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}
