# Runs `command` and fails unless valgrind reported the planted leak: its exit code for errors, and
# the message that this kind of leak gives. A crash or a missing program is no report.
execute_process(COMMAND ${command} RESULT_VARIABLE result ERROR_VARIABLE report OUTPUT_QUIET)
if(leak STREQUAL "index")
  set(expected "Use of uninitialised value")
else()
  set(expected "Conditional jump or move depends on uninitialised value")
endif()
if(NOT result EQUAL 99)
  message(FATAL_ERROR "the planted leak '${leak}' was not reported (exit ${result}): ${report}")
endif()
if(NOT report MATCHES "${expected}")
  message(FATAL_ERROR "the planted leak '${leak}' was reported as something else: ${report}")
endif()
