package v1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// GadgetSpec says what a gadget's fingerprint is made from.
type GadgetSpec struct {
	Seed string `json:"seed,omitempty"`
}

// GadgetStatus holds the fingerprint of the spec that was seen last.
type GadgetStatus struct {
	Fingerprint        string `json:"fingerprint,omitempty"`
	ObservedGeneration int64  `json:"observedGeneration,omitempty"`
}

// Gadget is a thing with a costly fingerprint.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
type Gadget struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   GadgetSpec   `json:"spec,omitempty"`
	Status GadgetStatus `json:"status,omitempty"`
}

// GadgetList is a list of gadgets.
// +kubebuilder:object:root=true
type GadgetList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Gadget `json:"items"`
}
